// One file's page: its neighbours by arrow keys, its actions without leaving it.
import { toast } from "../ui/toast.js";
import * as actions from "./actions.js";

function subject(detail) {
  return { id: detail.dataset.id, name: detail.dataset.name, kind: "file" };
}

const reload = () => window.location.reload();

function runners(detail) {
  const back = () => window.location.assign(detail.dataset.folderUrl);
  return {
    rename: () => actions.rename(subject(detail), { after: reload }),
    move: () => actions.pickAndPlace("move", [subject(detail)], { after: reload }),
    copy: () => actions.pickAndPlace("copy", [subject(detail)], { after: () => {} }),
    delete: () => actions.remove([subject(detail)], { after: back }),
    "copy-digest": async (button) => {
      await navigator.clipboard.writeText(button.dataset.text);
      toast({ message: "The digest is in the clipboard.", kind: "success" });
    },
  };
}

function onKey(event, detail) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  // Arrows scroll code and seek in players; there they keep doing so.
  if (event.target.closest?.("input, textarea, dialog, audio, video, [tabindex='0']")) return;
  const { previousUrl, nextUrl, folderUrl } = detail.dataset;
  const url = { ArrowLeft: previousUrl, ArrowRight: nextUrl, Escape: folderUrl }[event.key];
  if (url) window.location.assign(url);
}

/** Start listening, where the page is a file's. */
export function startDetail() {
  const detail = document.getElementById("detail");
  if (!detail) return;
  const run = runners(detail);
  detail.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (!button || !Object.hasOwn(run, button.dataset.action)) return;
    event.preventDefault();
    run[button.dataset.action](button);
  });
  document.addEventListener("keydown", (event) => onKey(event, detail));
}
