// A new version of one file: small ones in one request, large ones in parts. The form's own way is
// for browsers without scripts.
import { gettext } from "../ui/words.js";
import { Refusal } from "./requests.js";
import { hold, makeKey } from "./upload-keys.js";
import { sendByParts } from "./upload-parts.js";
import { patiently } from "./upload-patience.js";
import { putWhole } from "./upload-request.js";

const form = document.getElementById("new-version");
const sending = form?.querySelector("[data-sending]");
const progress = form?.querySelector("[data-progress]");
const never = new AbortController().signal;
const ask = (event) => event.preventDefault();

function say(words, failed = false) {
  sending.querySelector("[data-state]").textContent = words;
  sending.classList.toggle("is-failed", failed);
  progress.hidden = failed;
}

const onProgress = (file) => (bytes) => {
  progress.value = file.size ? bytes / file.size : 1;
};

function sendWhole(file) {
  const key = makeKey(file.name, file);
  const options = { onProgress: onProgress(file), signal: never };
  return patiently(() => putWhole(form.dataset.putUrl, file, key, options), {
    signal: never,
    onTrouble: () => say(gettext("Waiting for the connection…")),
  });
}

function sendParts(file) {
  const { name, uploadsUrl } = form.dataset;
  return sendByParts(
    { file, path: name, createUrl: uploadsUrl },
    {
      signal: never,
      // Else the other tabs of this browser would show it as one that was left behind.
      onKey: hold,
      onBegun: () => {},
      onProgress: onProgress(file),
      onRunning: () => say(gettext("Sending…")),
      onTrouble: () => say(gettext("Waiting for the connection…")),
      onFinishing: () => say(gettext("Being put together…")),
    },
  );
}

async function send(file) {
  sending.hidden = false;
  sending.querySelector("[data-file-name]").textContent = file.name;
  progress.ariaLabel = file.name;
  say(gettext("Sending…"));
  const inParts = file.size > Number(form.dataset.partSize);
  try {
    await (inParts ? sendParts : sendWhole)(file);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say(error.message, true);
    return false;
  }
  return true;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  window.addEventListener("beforeunload", ask);
  const done = await send(form.elements.file.files[0]);
  window.removeEventListener("beforeunload", ask);
  button.disabled = false;
  if (done) window.location.assign(form.dataset.fileUrl);
});
