// The queue of uploads: asks about taken names first, sends a few at a time, tries again.
import { askConflict } from "./dialogs.js";
import { refresh } from "./refresh.js";
import { Refusal, explain, postJson, vault } from "./requests.js";
import { send } from "./upload-transport.js";
import { showUpload, startPanel, updateTotal, updateUpload } from "./upload-panel.js";

const PARALLEL = 3;
const ATTEMPTS = 4;
const REFRESH_DELAY = 800;

let uploads = [];
let refreshing = 0;

const under = () => uploads.filter(({ state }) => state === "waiting" || state === "sending");

/**
 * Upload files: [{file, path}], the path relative to the folder, `Holiday/beach.jpg`. Into the
 * page's folder, or into that of the given id.
 */
export async function upload(items, folder = vault().folder) {
  if (!items.length || !folder) return;
  const url = `/files/folder/${folder}/upload/`;
  const decisions = await settle(items, `/files/folder/${folder}/conflicts/`);
  if (!decisions) return;
  for (const item of items) {
    const conflict = decisions.get(item.path) ?? "ask";
    if (conflict === "skip") continue;
    const one = { ...item, url, conflict, state: "waiting", sent: 0, error: "", attempts: 0 };
    uploads.push(one);
    showUpload(one, { onCancel: () => cancel(one), onRetry: () => retry(one) });
    updateUpload(one);
  }
  next();
}

// Which of the paths are taken, and what to do about each; null where the person gave up.
async function settle(items, url) {
  const decisions = new Map();
  try {
    const { conflicts } = await postJson(url, { paths: items.map(({ path }) => path) });
    for (const [index, path] of conflicts.entries()) {
      const answer = await askConflict(path, { more: index < conflicts.length - 1 });
      if (!answer) return null;
      decisions.set(path, answer.choice);
      if (!answer.all) continue;
      for (const rest of conflicts.slice(index)) decisions.set(rest, answer.choice);
      break;
    }
  } catch (error) {
    explain(error);
    return null;
  }
  return decisions;
}

function next() {
  const sending = uploads.filter(({ state }) => state === "sending").length;
  const waiting = uploads.filter(({ state }) => state === "waiting");
  for (const one of waiting.slice(0, PARALLEL - sending)) run(one);
  updateTotal(uploads);
}

function change(one, changes) {
  Object.assign(one, changes);
  updateUpload(one);
  updateTotal(uploads);
}

async function run(one) {
  one.controller = new AbortController();
  change(one, { state: "sending", sent: 0, attempts: one.attempts + 1 });
  try {
    const answer = await send(one.file, {
      url: one.url,
      path: one.path,
      conflict: one.conflict,
      signal: one.controller.signal,
      onProgress: (sent) => change(one, { sent }),
    });
    change(one, { state: answer.skipped ? "skipped" : "done" });
    refreshSoon();
  } catch (error) {
    await failed(one, error);
  }
  next();
}

async function failed(one, error) {
  if (!(error instanceof Refusal)) {
    change(one, { state: "cancelled", sent: 0 });
  } else if (error.status === 0 && one.attempts < ATTEMPTS) {
    // The network may be back in a moment: 1, 2, 4 seconds.
    change(one, { state: "paused", error: "No connection, trying again", sent: 0 });
    const wait = 1000 * 2 ** (one.attempts - 1);
    setTimeout(() => one.state === "paused" && (change(one, { state: "waiting" }), next()), wait);
  } else if (error.status === 409 && error.conflicts.length) {
    const answer = await askConflict(one.path);
    if (answer) change(one, { state: "waiting", conflict: answer.choice });
    else change(one, { state: "cancelled" });
  } else {
    change(one, { state: "failed", error: error.message });
  }
}

function cancel(one) {
  if (one.state === "sending") one.controller.abort();
  else change(one, { state: "cancelled" });
}

function retry(one) {
  change(one, { state: "waiting", attempts: 0, sent: 0 });
  next();
}

// Of many small files each would read the list again: once per moment is enough.
function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => {
    const { page } = vault();
    if (page === "folder") refresh();
  }, REFRESH_DELAY);
}

const picked = (files) =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

function choose(id) {
  const input = document.getElementById(id);
  input.value = "";
  input.click();
}

/** Start listening. */
export function startUploads() {
  if (!document.getElementById("uploads")) return;
  startPanel({
    onCancelAll: () => under().forEach(cancel),
    onClose: () => {
      uploads = [];
    },
  });
  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]")?.dataset.action;
    if (action === "upload-files") choose("pick-files");
    if (action === "upload-folder") choose("pick-folder");
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#pick-files, #pick-folder")) upload(picked(event.target.files));
  });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (!files.length || vault().page !== "folder") return;
    event.preventDefault();
    upload(picked(files));
  });
  window.addEventListener("beforeunload", (event) => {
    if (under().length) event.preventDefault();
  });
}
