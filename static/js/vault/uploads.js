// The queue of uploads: sends a few at a time, tries again, asks about names taken meanwhile.
import { toast } from "../ui/toast.js";
import { askConflict } from "./dialogs.js";
import { refresh } from "./refresh.js";
import { Refusal, page, vault } from "./requests.js";
import { send } from "./upload-transport.js";
import { clearPanel, startPanel, updateTotal, updateUpload } from "./upload-panel.js";
import { settle } from "./upload-conflicts.js";

const PARALLEL = 3;
const ATTEMPTS = 5;
// Milliseconds. The list is read again when uploads pause this long, or go on for the other.
const REFRESH_DELAY = 800;
const REFRESH_LATEST = 4000;

const INPUTS = "#pick-files, #pick-folder";

// States: waiting, sending, paused (tries again soon), asking, done, skipped, cancelled, failed.
const ENDED = new Set(["done", "skipped", "cancelled", "failed"]);

let uploads = [];
let sending = 0;

const isUnderWay = () => uploads.some(({ state }) => !ENDED.has(state));

/**
 * Upload files: [{file, path}], the path relative to the folder, `Holiday/beach.jpg`. Into the
 * page's folder, or into that of the given id. Resolves when they are in the queue.
 */
export async function upload(items, folder = vault().folder) {
  if (!items.length || !folder) return;
  const decisions = await settle(items, `/files/folder/${folder}/conflicts/`);
  if (!decisions) return;
  const url = `/files/folder/${folder}/upload/`;
  // What is decided "for all" goes for what turns out to be taken later, too.
  const batch = { choice: decisions.forAll ?? "" };
  const wanted = items.filter(({ path }) => decisions.get(path) !== "skip");
  if (!wanted.length) toast({ message: "All of it was skipped.", kind: "info" });
  for (const item of wanted) {
    const conflict = decisions.get(item.path) ?? "ask";
    const one = { ...item, url, batch, conflict, sent: 0, attempts: 0 };
    uploads.push(one);
    change(one, { state: "waiting" });
  }
  next();
}

function next() {
  for (const one of uploads) {
    if (sending >= PARALLEL) break;
    if (one.state === "waiting") run(one);
  }
  updateTotal(uploads);
}

function change(one, changes) {
  Object.assign(one, changes);
  updateUpload(one, { onCancel: () => cancel(one), onRetry: () => retry(one) });
  updateTotal(uploads);
}

async function run(one) {
  sending += 1;
  one.controller = new AbortController();
  change(one, { state: "sending", sent: 0, attempts: one.attempts + 1, error: "" });
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
    failed(one, error);
  } finally {
    sending -= 1;
  }
  next();
}

function failed(one, error) {
  if (error.name === "AbortError") change(one, { state: "cancelled", sent: 0 });
  else if (!(error instanceof Refusal)) throw error;
  else if (error.passing && one.attempts < ATTEMPTS) tryAgainSoon(one);
  else if (error.conflicts.length) askAbout(one);
  else change(one, { state: "failed", error: error.message });
}

// The network may be back in a moment: after 1, 2, 4 and 8 seconds.
function tryAgainSoon(one) {
  change(one, { state: "paused", error: "No connection, trying again", sent: 0 });
  const wait = 1000 * 2 ** (one.attempts - 1);
  setTimeout(() => {
    if (one.state !== "paused") return;
    change(one, { state: "waiting" });
    next();
  }, wait);
}

// The name was free when the queue was made. Meanwhile others go on.
async function askAbout(one) {
  change(one, { state: "asking", error: "The name is taken", sent: 0 });
  const before = () => one.batch.choice;
  const answer = await askConflict(one.path, { more: true, before });
  if (answer?.all) one.batch.choice = answer.choice;
  const choice = answer?.choice;
  if (one.state !== "asking") return;
  if (choice === "skip") change(one, { state: "skipped" });
  else if (choice) change(one, { state: "waiting", conflict: choice });
  else change(one, { state: "cancelled" });
  next();
}

function cancel(one) {
  if (one.state === "sending") one.controller.abort();
  else if (!ENDED.has(one.state)) change(one, { state: "cancelled" });
}

function retry(one) {
  change(one, { state: "waiting", attempts: 0, sent: 0 });
  next();
}

let refreshing = 0;
let firstWish = 0;

// Of many small files each would read the list again.
function refreshSoon() {
  const now = Date.now();
  firstWish ||= now;
  clearTimeout(refreshing);
  const wait = Math.max(0, Math.min(REFRESH_DELAY, firstWish + REFRESH_LATEST - now));
  refreshing = setTimeout(() => {
    firstWish = 0;
    if (page() === "folder") refresh();
  }, wait);
}

const picked = (files) =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

// The input is emptied at once: the same file may be chosen again, and Back brings nothing back.
function take(input) {
  const items = picked(input.files);
  input.value = "";
  upload(items);
}

function onPaste(event) {
  const files = event.clipboardData?.files ?? [];
  if (!files.length || page() !== "folder") return;
  event.preventDefault();
  upload(picked(files));
}

let isLeavingForZip = false;

function warn(event) {
  if (isUnderWay() && !isLeavingForZip) event.preventDefault();
}

/** Start listening. */
export function startUploads() {
  if (!document.getElementById("uploads")) return;
  startPanel({
    onCancelAll: () => uploads.filter(({ state }) => !ENDED.has(state)).forEach(cancel),
    onClose: () => {
      uploads = [];
      clearPanel();
    },
  });
  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]")?.dataset.action;
    if (action === "upload-files") document.getElementById("pick-files").click();
    if (action === "upload-folder") document.getElementById("pick-folder").click();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(INPUTS)) take(event.target);
  });
  document.addEventListener("paste", onPaste);
  document.addEventListener("submit", (event) => {
    // A form that brings a download leaves the page where it is, though browsers cannot know.
    isLeavingForZip = event.submitter?.dataset.action === "download-selection";
    setTimeout(() => {
      isLeavingForZip = false;
    }, 1000);
  });
  window.addEventListener("beforeunload", warn);
  // Chosen before this script had arrived.
  for (const input of document.querySelectorAll(INPUTS)) if (input.files.length) take(input);
}
