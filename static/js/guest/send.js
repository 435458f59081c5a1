// Files for whoever asked for them: one request per file, with its progress; the form's own way is
// for browsers without scripts.
import { csrfToken } from "../ui/csrf.js";

const form = document.getElementById("send");

function row(file) {
  const template = document.getElementById("sending-row");
  const element = template.content.firstElementChild.cloneNode(true);
  element.querySelector("[data-name]").textContent = file.name;
  const list = document.getElementById("sending");
  list.hidden = false;
  list.append(element);
  const progress = element.querySelector("[data-progress]");
  progress.ariaLabel = file.name;
  const state = element.querySelector("[data-state]");
  return {
    progress: (share) => (progress.value = share),
    say: (words, failed = false) => {
      state.textContent = words;
      element.classList.toggle("is-failed", failed);
      if (failed) progress.remove();
    },
  };
}

function put(file, sender, shown) {
  const url = `${form.dataset.putUrl}?${new URLSearchParams({ name: file.name, sender })}`;
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (event) => shown.progress(event.loaded / event.total));
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    request.addEventListener("error", () => resolve({ status: 0, text: "" }));
    request.send(file);
  });
}

function words({ status, text }) {
  if (status === 0) return "The connection broke off. Send it again.";
  try {
    return JSON.parse(text).error;
  } catch {
    return status === 404 ? "This request has ended." : "That did not work. Send it again.";
  }
}

async function sendAll(files, sender) {
  let failed = 0;
  for (const file of files) {
    const shown = row(file);
    shown.say("Sending…");
    const answer = await put(file, sender, shown);
    const arrived = answer.status === 201;
    if (arrived) shown.progress(1);
    else failed += 1;
    shown.say(arrived ? "Arrived" : words(answer), !arrived);
  }
  return failed;
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const { files, name } = form.elements;
  button.disabled = true;
  document.getElementById("sending").replaceChildren();
  window.addEventListener("beforeunload", ask);
  await sendAll([...form.elements.file.files], name.value);
  window.removeEventListener("beforeunload", ask);
  files.value = "";
  button.disabled = false;
});

const ask = (event) => event.preventDefault();
