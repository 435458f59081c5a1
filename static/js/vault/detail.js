// One file's page: its neighbours by arrow keys, its actions without leaving it.
import { toast } from "../ui/toast.js";
import { gettext } from "../ui/words.js";
import * as actions from "./actions.js";
import { isTyping } from "./keyboard.js";
import { chooseTags, toggleStar } from "./marks.js";
import { pickAndPlace } from "./placing.js";

// Arrows scroll what has the focus and can be scrolled; there they keep doing so.
const SCROLLS = "[tabindex='0'], iframe, object";

async function copyDigest(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.text);
    toast({ message: gettext("The digest is in the clipboard."), kind: "success" });
  } catch {
    // Browsers keep the clipboard from pages that came unencrypted.
    toast({ message: gettext("Select the digest and copy it: the browser refused."), kind: "warning" });
  }
}

function runners(detail) {
  const { id, name, folderUrl } = detail.dataset;
  const things = [{ id, name, kind: "file", size: 0 }];
  const here = { leave: window.location.href };
  return {
    rename: () => actions.rename(things[0], here),
    move: () => pickAndPlace("move", things, here),
    copy: () => pickAndPlace("copy", things),
    delete: () => actions.remove(things, { leave: folderUrl }),
    "star-one": (button) => toggleStar(button, here),
    tag: () => chooseTags(things, here),
    "copy-digest": copyDigest,
  };
}

function onKey(event, detail, run) {
  // Search as you type puts its results where the file was.
  if (!detail.isConnected || event.defaultPrevented || isTyping(event)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const { previousUrl, nextUrl, folderUrl } = detail.dataset;
  const ways = { ArrowLeft: previousUrl, ArrowRight: nextUrl, Escape: folderUrl };
  if (event.key.startsWith("Arrow") && event.target.closest?.(SCROLLS)) return;
  if (ways[event.key]) window.location.assign(ways[event.key]);
  else if (event.key === "F2") run.rename();
  else if (event.key === "Delete") run.delete();
}

/** Start listening, where the page is a file's. */
export function startDetail() {
  const detail = document.getElementById("detail");
  if (!detail) return;
  const run = runners(detail);
  detail.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (!button || !Object.hasOwn(run, button.dataset.action)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    run[button.dataset.action](button);
  });
  document.addEventListener("keydown", (event) => onKey(event, detail, run));
}
