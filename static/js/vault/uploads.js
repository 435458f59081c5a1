// The queue of uploads: sends a few at a time, tries again, pauses and goes on, asks about names.
import { confirmDialog } from "../ui/dialog.js";
import { bytes } from "../ui/measures.js";
import { fill, gettext } from "../ui/words.js";
import { askConflict } from "./dialogs.js";
import { refresh } from "./refresh.js";
import { Refusal, page, vault } from "./requests.js";
import { settle } from "./upload-conflicts.js";
import { dropHandle, fileOf, keepHandle } from "./upload-handles.js";
import { hold } from "./upload-keys.js";
import { clearPanel, updateTotal, updateUpload } from "./upload-panel.js";
import { abandon, requireReadable } from "./upload-parts.js";
import { backoff, reachable, sleep } from "./upload-patience.js";
import { Rate } from "./upload-rate.js";
import { sameUpload, unfinished } from "./upload-resume.js";
import { fitting } from "./upload-room.js";
import { goesInParts, send } from "./upload-transport.js";

const PARALLEL = 3;
const ATTEMPTS = 5;
// Milliseconds. The list is read again when uploads pause this long, or go on for the other.
const REFRESH_DELAY = 800;
const REFRESH_LATEST = 4000;

// States: waiting, sending, finishing, retrying (by itself, soon), paused (by the person), asking,
// interrupted (begun by another page, its file not at hand), done, skipped, cancelled, failed.
const ENDED = new Set(["done", "skipped", "cancelled", "failed"]);
const TRAVELS = new Set(["sending", "finishing"]);

let uploads = [];
let sending = 0;

const isOpen = ({ state }) => !ENDED.has(state) && state !== "interrupted";

/** Whether something would be lost, or stop, if the page were left. */
export const isUnderWay = () => uploads.some(isOpen);

/** Those that wait for their files to be chosen again. */
export const interrupted = () => uploads.filter(({ state }) => state === "interrupted");

function add(upload) {
  const one = { sent: 0, attempts: 0, error: "", id: "", key: "", rate: new Rate(), ...upload };
  one.inParts = Boolean(one.id) || goesInParts(one.file);
  uploads.push(one);
  return one;
}

/** Show what the server still waits for, but for the ids in `except`. Throws Refusal. */
export async function showUnfinished({ except = new Set() } = {}) {
  const listed = await unfinished();
  // Now, not before: this may be asked twice at once.
  const known = new Set([...except, ...uploads.map(({ id }) => id)]);
  const found = listed.filter(({ id }) => !known.has(id));
  for (const upload of found) {
    change(add({ ...upload, batch: { choice: "" } }), { state: "interrupted" });
  }
}

/**
 * Upload files: [{file, path, handle?}], the path relative to the folder, `Holiday/beach.jpg`. Into
 * the page's folder, or into that of the given id. Resolves when they are in the queue.
 */
export async function upload(items, folder = vault().folder) {
  if (!items.length || !folder) return;
  const begun = await adopt(items, folder);
  const fresh = items.filter((item) => !begun.has(item));
  const decisions = await settle(fresh, `/files/folder/${folder}/conflicts/`);
  if (!decisions) return;
  // What is decided "for all" goes for what turns out to be taken later, too.
  const batch = { choice: decisions.forAll ?? "" };
  const wanted = fresh.filter(({ path }) => decisions.get(path) !== "skip");
  const fits = await fitting(wanted, folder);
  if (!fits) return;
  for (const item of wanted) {
    const conflict = decisions.get(item.path) ?? "ask";
    const one = add({ ...item, size: item.file.size, folder, batch, conflict });
    if (fits.has(item)) change(one, { state: "waiting" });
    else change(one, { state: "failed", error: gettext("There is no room for this.") });
  }
  next();
}

// Those that were begun before and stopped go on where they are; they hold their space already.
async function adopt(items, folder) {
  const begun = new Set();
  if (!items.some(({ file }) => goesInParts(file))) return begun;
  // What cannot be asked now is sent from the start; at worst it was there already.
  await showUnfinished().catch(() => {});
  for (const item of items) {
    const one = sameUpload(interrupted(), { ...item, folder });
    if (!one) continue;
    begun.add(item);
    goOn(one, item.file, item.handle);
  }
  return begun;
}

/** Go on with one that was interrupted, now that its file is at hand. */
export function goOn(one, file, handle = one.handle) {
  Object.assign(one, { file, handle, attempts: 0 });
  change(one, { state: "waiting", error: "" });
  next();
}

function next() {
  for (const one of uploads) {
    if (sending >= PARALLEL) break;
    if (one.state === "waiting") run(one);
  }
  updateTotal(uploads);
}

const HANDLERS = { onCancel: cancel, onRetry: retry, onPause: pause, onResume: resume };

function change(one, changes) {
  Object.assign(one, changes);
  updateUpload(one, HANDLERS);
  updateTotal(uploads);
}

function hooksOf(one) {
  return {
    signal: one.controller.signal,
    onKey: async (key) => {
      one.release ??= await hold(key);
      await keepHandle(key, one.handle);
    },
    onBegun: ({ arrived }) => {
      one.sent = arrived.reduce((sum, { size }) => sum + size, 0);
    },
    onProgress: (sent) => {
      one.rate.note(sent);
      change(one, { sent });
    },
    onRunning: () => one.state === "retrying" && change(one, { state: "sending", error: "" }),
    onTrouble: () => {
      one.rate.reset();
      change(one, { state: "retrying", error: gettext("No connection, trying again") });
    },
    onFinishing: () => change(one, { state: "finishing", sent: one.size }),
  };
}

async function run(one) {
  sending += 1;
  one.controller = new AbortController();
  one.wish = "";
  change(one, { state: "sending", attempts: one.attempts + 1, error: "" });
  try {
    if (one.id) await holdAgain(one);
    const answer = await send(one, hooksOf(one));
    change(one, { state: answer.skipped ? "skipped" : "done", sent: one.size });
    ended(one);
    refreshSoon();
  } catch (error) {
    await failed(one, error);
  } finally {
    sending -= 1;
    one.release?.();
    one.release = null;
  }
  next();
}

async function holdAgain(one) {
  one.release ??= await hold(one.key);
  if (!one.release) throw new Refusal(400, { error: gettext("Another tab is sending it.") });
}

function ended(one) {
  one.rate.reset();
  if (one.inParts) dropHandle(one.key);
}

async function failed(one, error) {
  if (error.name === "AbortError") await stopped(one);
  else if (!(error instanceof Refusal)) throw error;
  else if (error.passing && one.attempts < ATTEMPTS) tryAgainSoon(one);
  else if (error.conflicts.length) askAbout(one);
  else change(one, { state: "failed", error: error.message });
}

// What was paused stays on the server; what was cancelled gives its space back.
async function stopped(one) {
  one.rate.reset();
  if (one.wish === "pause") change(one, { state: "paused", error: "" });
  else await giveUp(one);
}

// The network may be back in a moment; until then, trying again would be no try.
async function tryAgainSoon(one) {
  change(one, { state: "retrying", error: gettext("No connection, trying again") });
  if (!one.inParts) one.sent = 0;
  one.controller = new AbortController();
  const { signal } = one.controller;
  try {
    await sleep(backoff(one.attempts), signal);
    await reachable(signal);
    await requireReadable(one.file);
    change(one, { state: "waiting", error: "" });
  } catch (error) {
    await failed(one, error);
  }
  next();
}

// The name was free when the queue was made. Meanwhile others go on.
async function askAbout(one) {
  change(one, { state: "asking", error: gettext("The name is taken") });
  const before = () => one.batch.choice;
  const answer = await askConflict(one.path, { more: true, before });
  if (answer?.all) one.batch.choice = answer.choice;
  const choice = answer?.choice;
  if (one.state !== "asking") return;
  if (choice === "skip") await giveUp(one, "skipped");
  else if (choice) change(one, { state: "waiting", conflict: choice });
  else await giveUp(one);
  next();
}

// Its button is where others only close something, and much may have arrived.
function isSure({ path, sent }) {
  return confirmDialog({
    title: fill(gettext("Give up “%(path)s”?"), { path }),
    message: fill(gettext("%(size)s of it have arrived. They are thrown away."), { size: bytes(sent) }),
    confirm: gettext("Give it up"),
    danger: true,
  });
}

async function giveUp(one, state = "cancelled") {
  change(one, { state, sent: 0 });
  ended(one);
  if (!one.id) return;
  // It holds space until it is gone; where that cannot be told, it expires by itself.
  await abandon(one).catch(() => {});
  one.id = one.key = "";
  document.dispatchEvent(new CustomEvent("vault:space"));
}

async function cancel(one) {
  if (one.state === "interrupted" && one.sent && !(await isSure(one))) return;
  one.wish = "cancel";
  if (TRAVELS.has(one.state) || one.state === "retrying") one.controller.abort();
  else if (!ENDED.has(one.state)) giveUp(one);
}

/** Give up all that is under way; what was interrupted stays. */
export const cancelAll = () => uploads.filter(isOpen).forEach(cancel);

function retry(one) {
  change(one, { state: "waiting", attempts: 0, error: "", ...(one.inParts ? {} : { sent: 0 }) });
  next();
}

function pause(one) {
  one.wish = "pause";
  if (one.state === "waiting") change(one, { state: "paused" });
  else if (one.state === "retrying" || (one.state === "sending" && one.inParts)) {
    one.controller.abort();
  }
}

/** Pause all; small ones that are on their way arrive first. */
export const pauseAll = () => uploads.filter(isOpen).forEach(pause);

async function resume(one) {
  if (one.state === "paused") goOn(one, one.file);
  if (one.state !== "interrupted" || !one.handle) return;
  const file = await fileOf(one.handle, { ask: true });
  if (file) goOn(one, file);
  else change(one, { error: gettext("The browser may not read it. Choose the file again.") });
}

/** Go on with what is paused, and with what was interrupted where the files are at hand. */
export async function resumeAll() {
  for (const one of uploads.filter(({ state }) => ["paused", "interrupted"].includes(state))) {
    await resume(one);
  }
}

/** Put away the dock. Resolves to nothing; what is unfinished stays on the server. */
export function close() {
  const ids = interrupted().map(({ id }) => id);
  uploads = [];
  clearPanel();
  return ids;
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
    else document.dispatchEvent(new CustomEvent("vault:space"));
  }, wait);
}
