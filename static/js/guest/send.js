// Files for whoever asked for them: small ones in one request each, large ones in parts, as in the
// vault's own pages; the form's own way is for browsers without scripts.
import { fill, gettext } from "../ui/words.js";
import { Refusal } from "../vault/requests.js";
import { makeKey } from "../vault/upload-keys.js";
import { sendByParts } from "../vault/upload-parts.js";
import { patiently } from "../vault/upload-patience.js";
import { putWhole } from "../vault/upload-request.js";

const form = document.getElementById("send");
const never = new AbortController().signal;
const ask = (event) => event.preventDefault();

function row(file) {
  const template = document.getElementById("sending-row");
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector("[data-name]").textContent = file.name;
  document.getElementById("sending").append(element);
  const progress = element.querySelector("[data-progress]");
  progress.ariaLabel = file.name;
  return {
    progress: (bytes) => {
      progress.value = file.size ? bytes / file.size : 1;
    },
    say: (words, failed = false) => {
      element.querySelector("[data-state]").textContent = words;
      element.classList.toggle("is-failed", failed);
      if (failed) progress.remove();
    },
  };
}

function sendWhole(file, sender, shown) {
  const url = `${form.dataset.putUrl}?${new URLSearchParams({ name: file.name, sender })}`;
  const key = makeKey(file.name, file);
  const options = { onProgress: shown.progress, signal: never };
  return patiently(() => putWhole(url, file, key, options), {
    signal: never,
    onTrouble: (refusal) => shown.say(waiting(refusal)),
  });
}

// Others may be sending so much that there is no place just now: then it says so itself.
const waiting = (refusal) =>
  refusal?.status === 429 ? refusal.message : gettext("Waiting for the connection…");

function sendParts(file, sender, shown) {
  const job = { file, sender, path: file.name, conflict: "keep_both", base: form.dataset.uploadsUrl };
  return sendByParts(job, {
    signal: never,
    onKey: () => {},
    onBegun: () => {},
    onProgress: shown.progress,
    onRunning: () => shown.say(gettext("Sending…")),
    onTrouble: (refusal) => shown.say(waiting(refusal)),
    onFinishing: () => shown.say(gettext("Being put together…")),
  });
}

async function sendOne(file, sender) {
  const shown = row(file);
  shown.say(gettext("Sending…"));
  const inParts = file.size > Number(form.dataset.partSize);
  try {
    await (inParts ? sendParts : sendWhole)(file, sender, shown);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    shown.say(error.status === 404 ? gettext("This request has ended.") : error.message, true);
    return;
  }
  shown.progress(file.size);
  shown.say(gettext("Arrived"));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const { file, name } = form.elements;
  const list = document.getElementById("sending");
  list.replaceChildren();
  list.hidden = false;
  button.disabled = true;
  window.addEventListener("beforeunload", ask);
  for (const one of file.files) await sendOne(one, name.value);
  window.removeEventListener("beforeunload", ask);
  file.value = "";
  button.disabled = false;
});
