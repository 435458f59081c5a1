// The button that lets this browser be told, or no more. What the site needs is on the element.
import { csrfToken } from "../ui/csrf.js";
import { gettext } from "../ui/words.js";

const place = document.querySelector("[data-push]");
const button = place?.querySelector("button");
const status = place?.querySelector("[role=status]");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function say(text) {
  status.textContent = text;
}

function key(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function post(url, fields) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "x-csrftoken": csrfToken(), accept: "application/json" },
    body: new URLSearchParams(fields),
  });
  if (answer.ok) return;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.error ?? gettext("The site did not take it. Reload the page and try again."));
}

async function registration() {
  const { worker } = place.dataset;
  const found = await navigator.serviceWorker.register(worker);
  // A worker that is being installed cannot subscribe yet.
  while (!found.active) await new Promise((done) => setTimeout(done, 50));
  return found;
}

async function subscribe(found) {
  const wanted = key(place.dataset.key);
  const old = await found.pushManager.getSubscription();
  // Under another key of the site it would never hear of us.
  if (old && !sameKey(old.options.applicationServerKey, wanted)) await old.unsubscribe();
  return found.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

function sameKey(buffer, wanted) {
  const have = buffer ? new Uint8Array(buffer) : [];
  return have.length === wanted.length && wanted.every((byte, at) => byte === have[at]);
}

async function switchOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Error(gettext("The browser does not allow it. Change that in its settings for this site."));
  }
  const { endpoint, keys } = (await subscribe(await registration())).toJSON();
  await post(place.dataset.subscribe, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  location.reload();
}

function explain(error) {
  if (error.name === "AbortError") return gettext("The browser's push service does not answer. Try again later.");
  return error.message;
}

function prepare() {
  if (!can) return say(gettext("This browser cannot be told in this way."));
  if (Notification.permission === "denied") {
    return say(gettext("The browser does not allow it. Change that in its settings for this site."));
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await switchOn();
    } catch (error) {
      say(explain(error));
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

// This browser's own row is marked, so that its owner knows which it is.
async function mark() {
  const found = can && (await navigator.serviceWorker.getRegistration(place.dataset.worker));
  const own = await found?.pushManager.getSubscription();
  if (!own) return;
  for (const row of document.querySelectorAll("[data-endpoint]")) {
    if (row.dataset.endpoint !== own.endpoint) continue;
    row.querySelector("[data-here]").hidden = false;
    row.querySelector("form[data-remove]").addEventListener("submit", () => own.unsubscribe());
  }
}

if (place) {
  prepare();
  mark();
}
