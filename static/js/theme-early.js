// Runs before the first paint, so that a chosen theme does not flash. No module: those run late.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage may be refused; the system's own choice then stands.
  }
})();
