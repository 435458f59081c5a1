// The menu of entries: one element for all of them, put beside whichever asked for it.
import { focusEntry, isSelected, selectOne, selection, thingOf } from "./selection.js";

const ENTRY = "#rows > .entry";
const MARGIN = 8;

let subjects = [];

/** What the menu was opened for: a list of {id, name, kind, size, url}. */
export const menuSubjects = () => subjects;

function place(menu, x, y) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  // Above the point where there is no room below it.
  const top = y + height + MARGIN > window.innerHeight && y > height ? y - height : y;
  menu.style.positionArea = "none";
  menu.style.margin = "0";
  menu.style.left = `${Math.max(MARGIN, Math.min(x, window.innerWidth - width - MARGIN))}px`;
  menu.style.top = `${Math.max(MARGIN, Math.min(top, window.innerHeight - height - MARGIN))}px`;
}

function open(menu, things, x, y) {
  subjects = things;
  // For several, what can be done to one alone is not offered.
  for (const button of menu.querySelectorAll('[data-action="open"], [data-action="rename"]')) {
    button.closest("li").hidden = things.length > 1;
  }
  menu.showPopover();
  place(menu, x, y);
  menu.querySelector("li:not([hidden]) button").focus();
}

function onClick(event, menu) {
  const button = event.target.closest?.('[data-action="menu"]');
  if (!button) return;
  const entry = button.closest(".entry");
  const box = button.getBoundingClientRect();
  open(menu, [thingOf(entry)], box.left, box.bottom + 4);
}

function onContextMenu(event, menu) {
  const entry = event.target.closest?.(ENTRY);
  // Shift keeps the browser's own menu within reach; a link or a picture in a row is the row's.
  if (!entry || event.shiftKey || !entry.dataset.url) return;
  event.preventDefault();
  if (!isSelected(entry)) selectOne(entry);
  focusEntry(entry);
  open(menu, selection(), event.clientX, event.clientY);
}

/** Start listening. Arrow keys within the menu are ui/menu.js's. */
export function startMenu() {
  const menu = document.getElementById("entry-menu");
  if (!menu) return;
  document.addEventListener("click", (event) => onClick(event, menu));
  document.addEventListener("contextmenu", (event) => onContextMenu(event, menu));
  menu.addEventListener("click", (event) => {
    if (event.target.closest("button")) menu.hidePopover();
  });
}
