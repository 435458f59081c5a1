// Dragging: entries onto folders moves them, files from outside uploads them, folders and all.
import { place } from "./placing.js";
import { selectOnly, selection } from "./selection.js";
import { upload } from "./uploads.js";

const TYPE = "application/x-vault-entries";
const FOLDERS = '#rows > .entry[data-kind="folder"], [data-drop-folder]';

const folderId = (element) => element?.dataset.dropFolder ?? element?.dataset.id;
const inFolder = () => document.getElementById("vault")?.dataset.page === "folder";

function target(event) {
  const element = event.target.closest?.(FOLDERS);
  const dragged = selection().some(({ id }) => id === element?.dataset.id);
  return dragged && event.dataTransfer.types.includes(TYPE) ? null : element;
}

function mark(element) {
  for (const old of document.querySelectorAll(".is-drop-target")) {
    if (old !== element) old.classList.remove("is-drop-target");
  }
  element?.classList.add("is-drop-target");
}

function start(event) {
  const entry = event.target.closest?.("#rows > .entry[draggable]");
  if (!entry) return;
  if (!selection().some(({ id }) => id === entry.dataset.id)) selectOnly([entry]);
  event.dataTransfer.setData(TYPE, "");
  event.dataTransfer.effectAllowed = "move";
}

function over(event) {
  const types = event.dataTransfer.types;
  const folder = target(event);
  if (types.includes(TYPE)) {
    mark(folder);
    if (folder) event.preventDefault();
  } else if (types.includes("Files") && inFolder()) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    mark(folder);
    document.getElementById("vault").classList.add("is-dropping");
  }
}

function end() {
  mark(null);
  document.getElementById("vault")?.classList.remove("is-dropping");
}

async function drop(event) {
  const types = event.dataTransfer.types;
  const folder = target(event);
  end();
  if (types.includes(TYPE)) {
    if (!folder) return;
    event.preventDefault();
    await place("move", selection(), folderId(folder));
  } else if (types.includes("Files") && inFolder()) {
    event.preventDefault();
    // Read at once: after the first wait the browser has emptied the list.
    const roots = [...event.dataTransfer.items]
      .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
      .filter(Boolean);
    const items = (await Promise.all(roots.map((root) => walk(root, "")))).flat();
    await upload(items, folderId(folder));
  }
}

/** Return the files below a dropped entry: [{file, path}]. */
async function walk(entry, above) {
  if (entry instanceof File) return [{ file: entry, path: entry.name }];
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path }];
  }
  const children = await readAll(entry.createReader());
  return (await Promise.all(children.map((child) => walk(child, `${path}/`)))).flat();
}

// A reader gives about a hundred entries at a time, and an empty list at the end.
async function readAll(reader) {
  const all = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return all;
    all.push(...batch);
  }
}

/** Start listening. */
export function startDragAndDrop() {
  document.addEventListener("dragstart", start);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) end();
  });
  document.addEventListener("dragend", end);
  document.addEventListener("drop", drop);
}
