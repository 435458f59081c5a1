// The vault's pages: every behaviour listens on the document, so that lists can be swapped.
import { openDialog } from "../ui/dialog.js";
import * as actions from "./actions.js";
import { startDetail } from "./detail.js";
import { startDragAndDrop } from "./dragdrop.js";
import { startKeyboard } from "./keyboard.js";
import { menuSubject, startMenu } from "./menu.js";
import { clearSelection, selection, startSelection } from "./selection.js";
import { startUploads } from "./uploads.js";

const one = () => [menuSubject()].filter(Boolean);

const ACTIONS = {
  open: () => window.location.assign(menuSubject().url),
  download: () => actions.download(one()),
  rename: () => actions.rename(menuSubject()),
  move: () => actions.pickAndPlace("move", one()),
  copy: () => actions.pickAndPlace("copy", one()),
  delete: () => actions.remove(one()),
  "new-folder": () => actions.newFolder(),
  "move-selection": () => actions.pickAndPlace("move", selection()),
  "copy-selection": () => actions.pickAndPlace("copy", selection()),
  "delete-selection": () => actions.remove(selection()),
  "restore-selection": () => actions.restore(selection()),
  "purge-selection": () => actions.purge(selection()),
  "clear-selection": clearSelection,
  "empty-trash": () => actions.emptyTrash(),
  shortcuts: () => openDialog("dialog-shortcuts"),
};

function run(event) {
  const button = event.target.closest?.("[data-action]");
  const action = button?.dataset.action;
  if (!Object.hasOwn(ACTIONS, action ?? "") || document.getElementById("detail")) return;
  // The form's own way is for browsers without scripts.
  event.preventDefault();
  ACTIONS[action]();
}

document.addEventListener("click", run);
startSelection();
startMenu();
startKeyboard();
startUploads();
startDragAndDrop();
startDetail();
