// The switch between light, dark and the system's choice. Kept in this browser alone.
const root = document.documentElement;
const switches = document.querySelectorAll('input[name="theme"]');

// The admin pages keep their choice under the same name, and call the system's "auto".
function known(theme) {
  return theme === "light" || theme === "dark" ? theme : "system";
}

function stored() {
  try {
    return known(localStorage.getItem("theme"));
  } catch {
    return "system";
  }
}

function store(theme) {
  try {
    if (theme === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage may be refused: the choice lasts for this page.
  }
}

function apply(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const input of switches) input.checked = input.value === theme;
  const color = getComputedStyle(root).backgroundColor;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = color;
}

for (const input of switches) {
  input.addEventListener("change", () => {
    store(input.value);
    apply(input.value);
  });
}
// Another tab may have chosen.
addEventListener("storage", (event) => {
  if (event.key === "theme") apply(known(event.newValue));
});
apply(stored());
