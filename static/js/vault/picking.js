// Selecting and opening entries by pointer and by keys.
import { isTyping } from "./keyboard.js";
import {
  adoptChecks,
  clearSelection,
  current,
  entries,
  firstEntry,
  focusEntry,
  isAnySelected,
  reach,
  restoreSelection,
  selectOne,
  selectOnly,
  selectRange,
  startRange,
  toggle,
} from "./selection.js";

const ENTRY = "#rows > .entry";
const BLANK = "#vault, #content, #listing, #rows, #main, .page-head, .listing-bar";

const adds = (event) => event.ctrlKey || event.metaKey;
const open = (entry) => entry.querySelector("a.entry__link")?.click();

function pick(event, entry) {
  if (event.target.closest("button")) return;
  const link = event.target.closest("a");
  if (event.target.closest(".entry__check")) {
    if (event.shiftKey) selectRange(entry);
    else toggle(entry);
    return;
  }
  // A name is a link and opens, as everywhere on the web; the rest of the entry selects.
  if (link && !adds(event) && !event.shiftKey) return;
  event.preventDefault();
  if (event.shiftKey) selectRange(entry);
  else if (adds(event)) toggle(entry);
  else if (event.pointerType === "touch") tap(entry);
  else selectOne(entry);
  focusEntry(entry);
}

// A finger opens; once something is selected, it selects more.
function tap(entry) {
  if (isAnySelected() || !entry.querySelector("a.entry__link")) toggle(entry);
  else open(entry);
}

function onClick(event) {
  if (!(event.target instanceof Element)) return;
  const entry = event.target.closest(ENTRY);
  if (entry) pick(event, entry);
  // Beside the entries: as on a desktop, nothing is meant any more.
  else if (event.target.matches(BLANK) && event.detail) clearSelection();
}

function columns(all) {
  const top = all[0].offsetTop;
  const count = all.findIndex((entry) => entry.offsetTop !== top);
  return count === -1 ? all.length : count;
}

// The index that a key leads to, or null for a key that does not move.
function step(key, index, all) {
  const isGrid = all[0].parentElement.classList.contains("entries--grid");
  const row = isGrid ? columns(all) : 1;
  const moves = { ArrowDown: row, ArrowUp: -row };
  if (isGrid) Object.assign(moves, { ArrowRight: 1, ArrowLeft: -1 });
  if (key === "Home") return 0;
  if (key === "End") return all.length - 1;
  if (!(key in moves)) return null;
  const to = index + moves[key];
  // Below the last row but one there may be nothing: then the last entry.
  if (to >= all.length) return key === "ArrowDown" ? all.length - 1 : index;
  return to < 0 ? index : to;
}

function move(event, entry) {
  const all = entries();
  const next = step(event.key, all.indexOf(entry), all);
  if (next === null) return false;
  if (event.shiftKey) {
    startRange(entry, { unless: true });
    selectRange(all[next]);
  } else startRange(all[next]);
  focusEntry(all[next]);
  return true;
}

function onEntry(event, entry) {
  if (adds(event) || event.altKey) return false;
  if (event.key === " ") {
    if (event.shiftKey) selectRange(entry);
    else toggle(entry);
  } else if (event.key === "Enter") open(entry);
  else return move(event, entry);
  return true;
}

function onKey(event) {
  const entry = current();
  if (entry && event.target === entry && onEntry(event, entry)) {
    event.preventDefault();
  } else if (event.key.toLowerCase() === "a" && adds(event) && firstEntry() && !isTyping(event)) {
    event.preventDefault();
    selectOnly(entries());
  }
}

function onChange({ target }) {
  if (!target.matches("[data-pick-all]")) return;
  if (target.checked) selectOnly(entries());
  else clearSelection();
}

/** Start listening. */
export function startPicking() {
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("dblclick", (event) => {
    const entry = event.target.closest?.(ENTRY);
    if (entry && !event.target.closest("button, input, a")) open(entry);
  });
  // Shift and a click would mark the text between as well.
  document.addEventListener("mousedown", (event) => {
    if (event.shiftKey && event.target.closest?.(ENTRY)) event.preventDefault();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", () => {
    const entry = current();
    if (entry) reach(entry);
  });
  document.addEventListener("htmx:afterSettle", restoreSelection);
  document.addEventListener("vault:listed", restoreSelection);
  window.addEventListener("pageshow", adoptChecks);
  restoreSelection();
}
