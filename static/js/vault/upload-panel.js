// The dock at the bottom: what is on its way, how far it is, what went wrong.

// Rows that wait are shown up to here, and as many that are done: of ten thousand files, those
// under way and those that failed matter.
const MAX_ROWS = 100;
const REDRAW = 100; // milliseconds

const WORDS = { waiting: "Waiting", done: "Done", skipped: "Skipped", cancelled: "Cancelled" };
const TRIES_AGAIN = new Set(["failed", "cancelled"]);
const ENDED = new Set(["done", "skipped", "cancelled", "failed"]);

const part = (name) => document.querySelector(`#uploads ${name}`);
const rows = new Map();

function makeRow(upload, { onCancel, onRetry }) {
  const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
  const name = row.querySelector("[data-name]");
  name.textContent = upload.path;
  name.title = upload.path;
  row.querySelector("[data-progress]").setAttribute("aria-label", upload.path);
  const cancel = row.querySelector('[data-action="upload-cancel"]');
  const retry = row.querySelector('[data-action="upload-retry"]');
  // Their words are the same in each row; the file tells them apart.
  for (const button of [cancel, retry]) {
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${upload.path}`);
  }
  cancel.addEventListener("click", onCancel);
  retry.addEventListener("click", onRetry);
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

function stateWords({ state, error, sent, file }) {
  if (state !== "sending") return WORDS[state] ?? error;
  const percent = file.size ? Math.floor((100 * sent) / file.size) : 0;
  // All of it is there; the server still reads it and looks what it is.
  return percent < 100 ? `${percent} %` : "Checking";
}

/** Bring an upload's row up to date with it; `onCancel` and `onRetry` are its buttons. */
export function updateUpload(upload, handlers) {
  const isLate = upload.state === "waiting" && rows.size >= MAX_ROWS;
  if (!rows.has(upload) && (isLate || ENDED.has(upload.state))) return;
  const row = rows.get(upload) ?? makeRow(upload, handlers);
  const { state, sent, file } = upload;
  const progress = row.querySelector("[data-progress]");
  progress.value = state === "done" ? 1 : sent / (file.size || 1);
  progress.classList.toggle("progress--success", state === "done");
  progress.classList.toggle("progress--danger", state === "failed");
  row.classList.toggle("is-failed", state === "failed");
  row.querySelector("[data-state]").textContent = stateWords(upload);
  const cancel = row.querySelector('[data-action="upload-cancel"]');
  const retry = row.querySelector('[data-action="upload-retry"]');
  const focused = document.activeElement;
  cancel.hidden = ENDED.has(state);
  retry.hidden = !TRIES_AGAIN.has(state);
  // A button that goes leaves the focus to the other.
  if (focused === cancel && cancel.hidden && !retry.hidden) retry.focus();
  else if (focused === retry && retry.hidden && !cancel.hidden) cancel.focus();
}

function summary(uploads) {
  const left = uploads.filter(({ state }) => !ENDED.has(state)).length;
  if (left) return { left, words: `Uploading ${left} ${left === 1 ? "file" : "files"}` };
  const count = (state) => uploads.filter((upload) => upload.state === state).length;
  const others = ["failed", "skipped", "cancelled"].filter((state) => count(state));
  const words = [`${count("done")} uploaded`, ...others.map((state) => `${count(state)} ${state}`)];
  return { left, words: words.join(", ") };
}

const weight = ({ file }) => file.size || 1;

function fraction(uploads) {
  let [all, sent] = [0, 0];
  for (const upload of uploads) {
    all += weight(upload);
    sent += ENDED.has(upload.state) ? weight(upload) : upload.sent;
  }
  return all ? sent / all : 1;
}

let wasUnderWay = false;

// Said when it starts and when it ends: every file in between would drown everything else.
function announce(left, words) {
  if (left > 0 === wasUnderWay) return;
  wasUnderWay = left > 0;
  part("[data-uploads-status]").textContent = words;
}

function draw(uploads) {
  const { left, words } = summary(uploads);
  part("[data-uploads-total]").value = fraction(uploads);
  part("[data-uploads-summary]").textContent = words;
  announce(left, words);
  part('[data-action="uploads-cancel"]').hidden = !left;
  part('[data-action="uploads-close"]').hidden = left > 0;
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

/** Start listening. `onCancelAll` and `onClose` are the dock's buttons. */
export function startPanel({ onCancelAll, onClose }) {
  part('[data-action="uploads-cancel"]').addEventListener("click", onCancelAll);
  part('[data-action="uploads-close"]').addEventListener("click", onClose);
  part('[data-action="uploads-collapse"]').addEventListener("click", (event) => {
    const list = part("[data-uploads-list]");
    list.hidden = !list.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!list.hidden));
  });
}
