// Dragging: entries onto folders moves them, files from outside uploads them, folders and all.
import { toast } from "../ui/toast.js";
import { fill, gettext, items, ngettext } from "../ui/words.js";
import { dropped } from "./dropped.js";
import { place } from "./placing.js";
import { holdRefresh, refresh, releaseRefresh } from "./refresh.js";
import { Refusal, explain, page, postJson, vault } from "./requests.js";
import { isSelected, selectOne, selection } from "./selection.js";
import { upload } from "./upload-sources.js";

const TYPE = "application/x-vault-entries";
const FOLDERS = '#rows > .entry[data-kind="folder"], [data-drop-folder]';

const folderId = (element) => element?.dataset.dropFolder ?? element?.dataset.id;
const isOurs = (event) => event.dataTransfer.types.includes(TYPE);
const isFiles = (event) => event.dataTransfer.types.includes("Files") && page() === "folder";

// The folder below the pointer; not one that is being dragged itself.
function target(event) {
  const element = event.target.closest?.(FOLDERS) ?? null;
  const isDragged = isOurs(event) && selection().some(({ id }) => id === element?.dataset.id);
  return isDragged ? null : element;
}

function mark(element) {
  for (const old of document.querySelectorAll(".is-drop-target")) {
    if (old !== element) old.classList.remove("is-drop-target");
  }
  element?.classList.add("is-drop-target");
}

function end() {
  mark(null);
  document.getElementById("vault")?.classList.remove("is-dropping");
  for (const old of document.querySelectorAll(".is-dragged")) old.classList.remove("is-dragged");
}

// Of several, the browser would show only the one under the pointer.
function showCount(event, count) {
  const badge = document.createElement("div");
  badge.className = "drag-badge";
  badge.textContent = items(count);
  document.body.append(badge);
  event.dataTransfer.setDragImage(badge, -12, -12);
  // The browser takes its picture of it right after this event.
  setTimeout(() => badge.remove());
}

function onStart(event) {
  const entry = event.target.closest?.("#rows > .entry[draggable]");
  if (!entry) return;
  if (!isSelected(entry)) selectOne(entry);
  const things = selection();
  event.dataTransfer.setData(TYPE, "");
  event.dataTransfer.effectAllowed = "move";
  if (things.length > 1) showCount(event, things.length);
  // Were the list swapped now, the drag would have lost its start.
  holdRefresh();
  for (const one of document.querySelectorAll("#rows > .is-selected")) {
    one.classList.add("is-dragged");
  }
}

function onOver(event) {
  const folder = target(event);
  if (isOurs(event)) {
    mark(folder);
    if (!folder) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  } else if (isFiles(event)) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    mark(folder);
    document.getElementById("vault").classList.add("is-dropping");
  } else if (event.dataTransfer.types.includes("Files") && !event.target.closest?.("input")) {
    // Beside the vault, a dropped file would take the page's place.
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  }
}

// Those that hold nothing: the others come with their files.
async function makeFolders(paths, target = vault().folder) {
  await postJson(`/files/folder/${target}/folders/`, { paths });
  const made = ngettext("Made %(count)s empty folder.", "Made %(count)s empty folders.", paths.length);
  toast({ message: fill(made, { count: paths.length }), kind: "success" });
  await refresh();
}

async function uploadDropped(event, folder) {
  try {
    const { files, folders } = await dropped(event.dataTransfer);
    if (folders.length) await makeFolders(folders, folderId(folder));
    if (files.length) await upload(files, folderId(folder));
    else if (!folders.length) toast({ message: gettext("There is nothing in what you dropped."), kind: "info" });
  } catch (error) {
    if (error instanceof Refusal) return explain(error);
    toast({ message: gettext("Some of it cannot be read. Nothing was uploaded."), kind: "error" });
  }
}

async function onDrop(event) {
  const folder = target(event);
  const ours = isOurs(event);
  end();
  if (ours && folder) {
    event.preventDefault();
    releaseRefresh();
    await place("move", selection(), folderId(folder));
  } else if (!ours && isFiles(event)) {
    event.preventDefault();
    await uploadDropped(event, folder);
  }
}

/** Start listening. */
export function startDragAndDrop() {
  document.addEventListener("dragstart", onStart);
  document.addEventListener("dragover", onOver);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) end();
  });
  document.addEventListener("dragend", () => {
    end();
    releaseRefresh();
  });
  document.addEventListener("drop", onDrop);
}
