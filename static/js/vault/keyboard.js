// Keys that work anywhere on the page, unless something is being typed.
import { openDialog } from "../ui/dialog.js";
import { newFolder, purge, remove, rename } from "./actions.js";
import { chooseTags, toggleStars } from "./marks.js";
import { page } from "./requests.js";
import { clearSelection, current, isAnySelected, selection, thingOf } from "./selection.js";

const OFF = "vault:keys-off";
const FIELDS = "input:not([type=checkbox]), textarea, select, dialog, [popover], audio, video";

/** Whether the key of the event belongs to a field, a dialog, a menu or a player. */
export function isTyping({ target }) {
  // Right after a dialog has closed, its field may still have the focus for a moment.
  return Boolean(target.closest?.(FIELDS)?.checkVisibility());
}

// What is selected, or else the entry with the focus.
function subjects() {
  const entry = current();
  return isAnySelected() || !entry ? selection() : [thingOf(entry)];
}

const click = (action) => document.querySelector(`[data-action="${action}"]`)?.click();
const inFolder = () => page() === "folder";
const isOne = () => page() !== "trash" && subjects().length === 1;

const isMarkable = () => page() !== "trash" && subjects().length > 0;

/** Keys of one character: [when, what]. */
const CHARACTERS = {
  "/": [() => true, () => document.getElementById("search-input")?.select()],
  "?": [() => true, () => openDialog("dialog-shortcuts")],
  n: [inFolder, newFolder],
  s: [isMarkable, () => toggleStars(subjects())],
  t: [isMarkable, () => chooseTags(subjects())],
  u: [inFolder, () => click("upload-files")],
};

const KEYS = {
  Escape: [isAnySelected, clearSelection],
  F2: [isOne, () => rename(subjects()[0])],
  Delete: [
    () => subjects().length > 0,
    () => (page() === "trash" ? purge(subjects()) : remove(subjects())),
  ],
};

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event)) return;
  const characters = localStorage.getItem(OFF) ? {} : CHARACTERS;
  const [when, run] = KEYS[event.key] ?? characters[event.key.toLowerCase()] ?? [];
  if (!when?.()) return;
  event.preventDefault();
  run();
}

/**
 * Start listening. Keys of one character can be turned off, for who speaks to the computer or
 * hits keys by accident (WCAG 2.1.4); this device remembers it.
 */
export function startKeyboard() {
  document.addEventListener("keydown", onKey);
  const setting = document.getElementById("shortcuts-on");
  if (!setting) return;
  setting.checked = !localStorage.getItem(OFF);
  setting.addEventListener("change", () => {
    if (setting.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
