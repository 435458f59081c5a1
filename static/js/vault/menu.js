// The menu of one entry: one element for all of them, put beside whichever asked for it.

let subject = null;

/** The entry that the menu was opened for: {id, name, kind, size, url}. */
export function menuSubject() {
  return subject;
}

function open(entry, x, y) {
  const menu = document.getElementById("entry-menu");
  if (!menu) return;
  subject = { ...entry.dataset, size: Number(entry.dataset.size) };
  menu.showPopover();
  const box = menu.getBoundingClientRect();
  menu.style.position = "fixed";
  menu.style.inset = "auto";
  menu.style.margin = "0";
  menu.style.left = `${Math.max(8, Math.min(x, window.innerWidth - box.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, window.innerHeight - box.height - 8))}px`;
  menu.querySelector("button").focus();
}

function walk(event) {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const index = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  buttons.at(to % buttons.length)?.focus();
}

/** Start listening. */
export function startMenu() {
  const menu = document.getElementById("entry-menu");
  if (!menu) return;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.('[data-action="menu"]');
    if (!button) return;
    const box = button.getBoundingClientRect();
    open(button.closest(".entry"), box.left, box.bottom + 4);
  });
  document.addEventListener("contextmenu", (event) => {
    const entry = event.target.closest?.("#rows > .entry[draggable]");
    // Shift keeps the browser's own menu within reach.
    if (!entry || event.shiftKey) return;
    event.preventDefault();
    open(entry, event.clientX, event.clientY);
  });
  menu.addEventListener("keydown", walk);
  menu.addEventListener("click", () => menu.hidePopover());
}
