// The vault's pages: every behaviour listens on the document, so that lists can be swapped.
import { openDialog } from "../ui/dialog.js";
import * as actions from "./actions.js";
import { startDetail } from "./detail.js";
import { startDragAndDrop } from "./dragdrop.js";
import { startKeyboard } from "./keyboard.js";
import { chooseTags, toggleStar, toggleStars } from "./marks.js";
import { menuSubjects, startMenu } from "./menu.js";
import { sayKept } from "./outcome.js";
import { startPicking } from "./picking.js";
import { pickAndPlace } from "./placing.js";
import { explainSwaps } from "./requests.js";
import { clearSelection, selection } from "./selection.js";
import { startUploads } from "./upload-sources.js";
import { startWholeNames } from "./whole-names.js";

const ACTIONS = {
  open: () => window.location.assign(menuSubjects()[0].url),
  download: () => actions.download(menuSubjects()),
  rename: () => actions.rename(menuSubjects()[0]),
  move: () => pickAndPlace("move", menuSubjects()),
  copy: () => pickAndPlace("copy", menuSubjects()),
  delete: () => actions.remove(menuSubjects()),
  star: () => toggleStars(menuSubjects()),
  tag: () => chooseTags(menuSubjects()),
  "star-one": toggleStar,
  "star-selection": () => toggleStars(selection()),
  "tag-selection": () => chooseTags(selection()),
  "new-folder": () => actions.newFolder(),
  "move-selection": () => pickAndPlace("move", selection()),
  "copy-selection": () => pickAndPlace("copy", selection()),
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
  if (!Object.hasOwn(ACTIONS, action ?? "") || button.closest("#detail")) return;
  // A new tab is a new tab; and the form's own way is for browsers without scripts.
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ACTIONS[action](button);
}

document.addEventListener("click", run);
startPicking();
startMenu();
startKeyboard();
startUploads();
startDragAndDrop();
startDetail();
startWholeNames();
explainSwaps();
sayKept();
