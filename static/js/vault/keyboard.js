// Keys that work anywhere on the page, unless something is being typed.
import { openDialog } from "../ui/dialog.js";
import { newFolder, remove, rename } from "./actions.js";
import { clearSelection, current, selection } from "./selection.js";

const typing = (target) =>
  target.closest?.("input:not([type=checkbox]), textarea, select, dialog, [popover]");

const subjects = () => {
  const chosen = selection();
  const entry = current();
  return chosen.length || !entry ? chosen : [{ ...entry.dataset, size: Number(entry.dataset.size) }];
};

const click = (action) => document.querySelector(`[data-action="${action}"]`)?.click();
const inFolder = () => document.getElementById("vault").dataset.page === "folder";
const inTrash = () => document.getElementById("vault").dataset.page === "trash";

const KEYS = {
  "/": () => document.getElementById("search-input")?.focus(),
  "?": () => openDialog("dialog-shortcuts"),
  n: () => inFolder() && newFolder(),
  u: () => inFolder() && click("upload-files"),
  Escape: clearSelection,
  F2: () => subjects().length === 1 && !inTrash() && rename(subjects()[0]),
  Delete: () => (inTrash() ? click("purge-selection") : remove(subjects())),
};

/** Start listening. */
export function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const run = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!run || document.getElementById("detail")) return;
    event.preventDefault();
    run();
  });
}
