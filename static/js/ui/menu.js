// Popover menus: arrow keys, and a place beside the opener where CSS anchors are unknown.
const ITEMS = "a[href], button:not(:disabled), input:not(:disabled)";
const ANCHORED = CSS.supports("position-area", "block-end span-inline-start");

function openerOf(menu) {
  const openers = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)];
  return openers.find((opener) => opener.getClientRects().length) ?? null;
}

function place(menu, opener) {
  const box = opener.getBoundingClientRect();
  const below = innerHeight - box.bottom >= menu.offsetHeight;
  const left = Math.max(8, Math.min(box.right, innerWidth - 8) - menu.offsetWidth);
  const top = below ? box.bottom : Math.max(8, box.top - menu.offsetHeight);
  menu.style.inset = `${top}px auto auto ${left}px`;
}

function step(menu, event) {
  const items = [...menu.querySelectorAll(ITEMS)];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  // Arrows inside a group of radio buttons belong to the group.
  if (to === undefined || document.activeElement.type === "radio") return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
    if (event.newState !== "open") return;
    const opener = openerOf(menu);
    if (opener && !ANCHORED) place(menu, opener);
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (!(event.target instanceof Element)) return;
  const menu = event.target.closest(".menu[popover]");
  if (menu) {
    step(menu, event);
    return;
  }
  const id = event.target.getAttribute("popovertarget");
  const target = id && document.getElementById(id);
  if (event.key === "ArrowDown" && target?.matches(".menu")) {
    event.preventDefault();
    target.showPopover({ source: event.target });
    target.querySelector(ITEMS)?.focus();
  }
});
