// The dock at the bottom: what is on its way, how far it is, how fast, what went wrong.
import { bytes, duration } from "../ui/measures.js";
import { files, fill, gettext, ngettext } from "../ui/words.js";
import { Rate } from "./upload-rate.js";

// Rows that wait are shown up to here, and as many that are done: of ten thousand files, those
// under way and those that failed matter.
const MAX_ROWS = 100;
const REDRAW = 200; // milliseconds

const WORDS = {
  waiting: gettext("Waiting"),
  // All of it is there; the server still reads it and looks what it is.
  finishing: gettext("Checking"),
  done: gettext("Done"),
  skipped: gettext("Skipped"),
  cancelled: gettext("Cancelled"),
};
const ENDED = new Set(["done", "skipped", "cancelled", "failed"]);
const MOVES = new Set(["waiting", "sending", "finishing", "retrying", "asking"]);

const part = (name) => document.querySelector(`#uploads ${name}`);
const show = (name, on) => {
  part(name).hidden = !on;
};

const rows = new Map();

// Which buttons a row has in which state.
const BUTTONS = {
  retry: ({ state }) => state === "failed" || state === "cancelled",
  pause: ({ state, inParts }) =>
    state === "retrying" || state === "waiting" || (state === "sending" && inParts),
  resume: ({ state, handle }) => state === "paused" || (state === "interrupted" && handle),
  cancel: ({ state }) => !ENDED.has(state),
};

const buttonOf = (row, name) => row.querySelector(`[data-action="upload-${name}"]`);

function makeRow(upload, handlers) {
  const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
  const name = row.querySelector("[data-name]");
  name.textContent = upload.path;
  name.title = upload.path;
  row.querySelector("[data-progress]").setAttribute("aria-label", upload.path);
  const { onCancel, onRetry, onPause, onResume } = handlers;
  const runs = { cancel: onCancel, retry: onRetry, pause: onPause, resume: onResume };
  for (const [action, run] of Object.entries(runs)) {
    const button = buttonOf(row, action);
    // Their words are the same in each row; the file tells them apart.
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${upload.path}`);
    button.addEventListener("click", () => run(upload));
  }
  rows.set(upload, row);
  part("[data-uploads-list]").append(row);
  dropOldest();
  return row;
}

function dropOldest() {
  if (rows.size <= 2 * MAX_ROWS) return;
  const oldest = [...rows.keys()].find(({ state }) => state === "done" || state === "skipped");
  rows.get(oldest)?.remove();
  rows.delete(oldest);
}

const percent = ({ sent, size }) => `${size ? Math.floor((100 * sent) / size) : 100}\u00a0%`;

function stateWords(upload) {
  const { state, error, sent, size, inParts, rate } = upload;
  if (state === "paused") return fill(gettext("Paused at %(part)s"), { part: percent(upload) });
  if (state === "interrupted") return error || fill(gettext("Stopped at %(part)s"), { part: percent(upload) });
  if (state !== "sending") return WORDS[state] ?? error;
  if (sent >= size) return WORDS.finishing;
  if (!inParts || !rate.known) return percent(upload);
  const left = duration((size - sent) / rate.speed);
  return `${percent(upload)} · ${bytes(rate.speed)}/s · ${left}`;
}

function updateButtons(row, upload) {
  const focused = document.activeElement;
  const hadFocus = row.contains(focused);
  for (const [name, when] of Object.entries(BUTTONS)) buttonOf(row, name).hidden = !when(upload);
  // A button that goes leaves the focus to another of its row.
  if (hadFocus && focused.hidden) row.querySelector("button:not([hidden])")?.focus();
}

/**
 * Bring an upload's row up to date with it; the handlers are its buttons: onCancel, onRetry,
 * onPause, onResume, each called with the upload.
 */
export function updateUpload(upload, handlers) {
  const isLate = upload.state === "waiting" && rows.size >= MAX_ROWS;
  if (!rows.has(upload) && (isLate || ENDED.has(upload.state))) {
    if (upload.state !== "failed") return;
  }
  const row = rows.get(upload) ?? makeRow(upload, handlers);
  const { state, sent, size } = upload;
  const progress = row.querySelector("[data-progress]");
  progress.value = state === "done" ? 1 : sent / (size || 1);
  progress.classList.toggle("progress--success", state === "done");
  progress.classList.toggle("progress--danger", state === "failed");
  progress.classList.toggle("progress--idle", state === "paused" || state === "interrupted");
  row.classList.toggle("is-failed", state === "failed");
  row.querySelector("[data-state]").textContent = stateWords(upload);
  updateButtons(row, upload);
}

// Of uploads that have ended, by how they did.
const ENDINGS = {
  done: (count) => ngettext("%(count)s uploaded", "%(count)s uploaded", count),
  failed: (count) => ngettext("%(count)s failed", "%(count)s failed", count),
  skipped: (count) => ngettext("%(count)s skipped", "%(count)s skipped", count),
  cancelled: (count) => ngettext("%(count)s cancelled", "%(count)s cancelled", count),
};

// What goes on, in a word and in words.
function summary(uploads) {
  const of = (...states) => uploads.filter(({ state }) => states.includes(state)).length;
  const moving = uploads.filter(({ state }) => MOVES.has(state)).length;
  const paused = of("paused");
  const stopped = of("interrupted");
  if (moving) {
    const retries = of("retrying");
    const troubled = retries > 0 && retries === of("retrying", "sending", "finishing");
    const phase = troubled ? "troubled" : "moving";
    return { phase, words: fill(gettext("Uploading %(files)s"), { files: files(moving + paused) }) };
  }
  if (paused) return { phase: "paused", words: fill(gettext("%(files)s paused"), { files: files(paused) }) };
  if (stopped) {
    const words = ngettext("%(count)s upload was interrupted", "%(count)s uploads were interrupted", stopped);
    return { phase: "interrupted", words: fill(words, { count: stopped }) };
  }
  const ends = Object.keys(ENDINGS).filter((state) => state === "done" || of(state));
  const words = ends.map((state) => fill(ENDINGS[state](of(state)), { count: of(state) }));
  return { phase: "ended", words: words.join(", ") };
}

const weight = ({ size }) => size || 1;

// Of what was wanted: bytes in all, and bytes that are there or will not come.
function totals(uploads) {
  const wanted = uploads.filter(({ state }) => state !== "interrupted");
  const all = wanted.reduce((sum, upload) => sum + weight(upload), 0);
  const sent = wanted.reduce(
    (sum, upload) => sum + (ENDED.has(upload.state) ? weight(upload) : upload.sent),
    0,
  );
  return { all, sent };
}

const rate = new Rate();

function pace({ all, sent }, phase) {
  if (phase === "troubled") return gettext("No connection. It goes on when it is back.");
  if (phase === "interrupted") return gettext("Choose the files again to go on where they stopped.");
  if (phase !== "moving" && phase !== "paused") return "";
  const done = fill(gettext("%(sent)s of %(all)s"), { sent: bytes(sent), all: bytes(all) });
  if (phase === "paused" || !rate.known || sent >= all) return done;
  const left = fill(gettext("%(time)s left"), { time: duration((all - sent) / rate.speed) });
  return `${done} · ${bytes(rate.speed)}/s · ${left}`;
}

const SAID = { troubled: gettext("Uploads wait for the connection"), moving: null, ended: null };
let phaseBefore = "ended";

// Said when something begins, stops or ends: every file in between would drown everything else.
function announce(phase, words) {
  if (phase === phaseBefore) return;
  const started = phase === "moving" && phaseBefore === "troubled";
  phaseBefore = phase;
  part("[data-uploads-status]").textContent = started ? gettext("Uploads go on") : (SAID[phase] ?? words);
}

function draw(uploads) {
  const { phase, words } = summary(uploads);
  const whole = totals(uploads);
  if (phase === "moving") rate.note(whole.sent);
  else rate.reset();
  part("[data-uploads-total]").value = whole.all ? whole.sent / whole.all : 0;
  part("[data-uploads-summary]").textContent = words;
  const line = part("[data-uploads-pace]");
  line.textContent = pace(whole, phase);
  line.classList.toggle("mono", phase === "moving" || phase === "paused");
  announce(phase, words);
  const has = (...states) => uploads.some(({ state }) => states.includes(state));
  const stopped = phase === "interrupted";
  show('[data-action="uploads-pause"]', ["moving", "troubled"].includes(phase));
  show('[data-action="uploads-resume"]', phase === "paused" || (stopped && uploads.some(BUTTONS.resume)));
  show('[data-action="uploads-choose"]', has("interrupted"));
  show('[data-action="uploads-cancel"]', !["ended", "interrupted"].includes(phase));
  show('[data-action="uploads-close"]', ["ended", "interrupted"].includes(phase));
  show("[data-uploads-total]", !stopped);
}

let drawing = 0;

/** Bring the head of the dock up to date with all uploads, soon. */
export function updateTotal(uploads) {
  if (uploads.length) document.getElementById("uploads").hidden = false;
  drawing ||= setTimeout(() => {
    drawing = 0;
    draw(uploads);
  }, REDRAW);
}

/** Empty the dock and put it away. */
export function clearPanel() {
  document.getElementById("uploads").hidden = true;
  rows.clear();
  part("[data-uploads-list]").replaceChildren();
}

/** Start listening. `onCancelAll`, `onPauseAll`, `onResumeAll` and `onClose` are its buttons. */
export function startPanel({ onCancelAll, onPauseAll, onResumeAll, onClose }) {
  part('[data-action="uploads-cancel"]').addEventListener("click", onCancelAll);
  part('[data-action="uploads-pause"]').addEventListener("click", onPauseAll);
  part('[data-action="uploads-resume"]').addEventListener("click", onResumeAll);
  part('[data-action="uploads-close"]').addEventListener("click", onClose);
  part('[data-action="uploads-collapse"]').addEventListener("click", (event) => {
    const list = part("[data-uploads-list]");
    list.hidden = !list.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!list.hidden));
  });
}
