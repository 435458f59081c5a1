// The dock at the bottom: what is on its way, how far it is, what went wrong.

const part = (name) => document.querySelector(`#uploads ${name}`);
const rows = new Map();

/** Show an upload in the dock; `onCancel` and `onRetry` are its buttons. */
export function showUpload(upload, { onCancel, onRetry }) {
  const row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = upload.path;
  row.querySelector("[data-name]").title = upload.path;
  row.querySelector("[data-progress]").setAttribute("aria-label", upload.path);
  row.querySelector('[data-action="upload-cancel"]').addEventListener("click", onCancel);
  row.querySelector('[data-action="upload-retry"]').addEventListener("click", onRetry);
  rows.set(upload, row);
  part("[data-uploads-list]").append(row);
  document.getElementById("uploads").hidden = false;
}

const WORDS = {
  waiting: "Waiting",
  sending: "",
  done: "Done",
  skipped: "Skipped",
  cancelled: "Cancelled",
};

/** Bring an upload's row up to date with it. */
export function updateUpload(upload) {
  const row = rows.get(upload);
  const percent = upload.file.size ? Math.floor((100 * upload.sent) / upload.file.size) : 0;
  const finished = ["done", "skipped", "cancelled", "failed"].includes(upload.state);
  row.querySelector("[data-progress]").value =
    upload.state === "done" ? 1 : upload.sent / (upload.file.size || 1);
  row.querySelector("[data-state]").textContent =
    upload.state === "sending"
      ? percent < 100
        ? `${percent} %`
        : "Checking"
      : (WORDS[upload.state] ?? upload.error);
  row.classList.toggle("is-failed", upload.state === "failed");
  row.querySelector("[data-progress]").classList.toggle("progress--success", upload.state === "done");
  row.querySelector("[data-progress]").classList.toggle("progress--danger", upload.state === "failed");
  row.querySelector('[data-action="upload-cancel"]').hidden = finished;
  row.querySelector('[data-action="upload-retry"]').hidden = !["failed", "cancelled"].includes(
    upload.state,
  );
}

/** Bring the head of the dock up to date with all uploads. */
export function updateTotal(uploads) {
  const count = (state) => uploads.filter((upload) => upload.state === state).length;
  const under = count("waiting") + count("sending");
  const bytes = uploads.reduce((sum, upload) => sum + upload.file.size, 0);
  const sent = uploads.reduce(
    (sum, { state, file, sent: own }) => sum + (state === "sending" || state === "waiting" ? own : file.size),
    0,
  );
  part("[data-uploads-total]").value = bytes ? sent / bytes : under ? 0 : 1;
  const failed = count("failed");
  const words = under
    ? `Uploading ${under} ${under === 1 ? "file" : "files"}`
    : `${count("done")} uploaded${failed ? `, ${failed} failed` : ""}`;
  // Written only when it changes: a screen reader reads it out each time.
  const summary = part("[data-uploads-summary]");
  if (summary.textContent !== words) summary.textContent = words;
  part('[data-action="uploads-cancel"]').hidden = !under;
  part('[data-action="uploads-close"]').hidden = under > 0;
}

/** Start listening. `onCancelAll` and `onClose` are the dock's buttons. */
export function startPanel({ onCancelAll, onClose }) {
  part('[data-action="uploads-cancel"]').addEventListener("click", onCancelAll);
  part('[data-action="uploads-collapse"]').addEventListener("click", (event) => {
    const list = part("[data-uploads-list]");
    list.hidden = !list.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!list.hidden));
  });
  part('[data-action="uploads-close"]').addEventListener("click", () => {
    document.getElementById("uploads").hidden = true;
    rows.clear();
    part("[data-uploads-list]").replaceChildren();
    onClose();
  });
}
