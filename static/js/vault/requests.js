// Requests to the vault: forms posted by script, answered in JSON.
import { csrfToken } from "../ui/csrf.js";
import { toast } from "../ui/toast.js";
import { gettext } from "../ui/words.js";

/** What the server refused: its status and its words, ready to be shown. Status 0: no answer. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error ?? words(status));
    this.status = status;
    this.conflicts = body.conflicts ?? [];
    // Numbers of parts that have not arrived, where an upload was to be completed.
    this.missing = body.missing ?? [];
    this.field = body.field ?? "";
  }

  /** Whether the same request may well succeed in a moment: the network or the server is away. */
  get passing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

/** Words for an answer that brought none. */
export function words(status) {
  if (status === 0) return gettext("The vault cannot be reached. Check your connection and try again.");
  if (status === 401) return gettext("You have been signed out. Sign in again, then go on.");
  if (status === 403) return gettext("The page is out of date. Reload it, then try again.");
  if (status === 404) return gettext("It is not there any more. Reload the page.");
  if (status === 410) return gettext("It was given up, here or on another device. Try again from the start.");
  if (status === 413) return gettext("This is larger than the vault takes.");
  if (status === 429) return gettext("That was a little fast. Wait a moment and try again.");
  if (status === 507) return gettext("The vault is full. Delete something and try again.");
  return gettext("That did not work. Try again.");
}

/** The sentence with which the server refused what htmx asked for, or "". */
export function sentence(xhr) {
  const type = xhr?.getResponseHeader("Content-Type") ?? "";
  return type.startsWith("text/plain") ? xhr.responseText : "";
}

/** Post fields (a value, or an array for a repeated one) and return the JSON. Throws Refusal. */
export async function post(url, fields = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of [value].flat()) body.append(name, item);
  }
  return send(url, body);
}

/** Post JSON and return the JSON of the answer. Throws Refusal, and AbortError by `signal`. */
export async function postJson(url, data, signal) {
  return send(url, JSON.stringify(data), { "Content-Type": "application/json" }, signal);
}

async function send(url, body, headers = {}, signal = undefined) {
  return exchange(url, { method: "POST", body, headers, signal });
}

/** Ask for JSON, by GET or another method without a body. Throws Refusal, and AbortError. */
export async function ask(url, signal, method = "GET") {
  return exchange(url, { method, signal, cache: "no-store" });
}

async function exchange(url, { headers = {}, ...options }) {
  const all = { Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers };
  let response;
  try {
    response = await fetch(url, { headers: all, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, {});
  }
  const answer = await response.json().catch(() => ({}));
  options.signal?.throwIfAborted();
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/** Show why something failed; with the way out where there is one. Returns what takes it away. */
export function explain(error) {
  if (!(error instanceof Refusal)) throw error;
  // The sign-in page leads back to the page that was asked for.
  const label = { 401: gettext("Sign in"), 403: gettext("Reload") }[error.status];
  const action = label && { label, run: () => window.location.reload() };
  return toast({ message: error.message, kind: "error", action });
}

/** Say so where htmx gets no answer while somebody types a search or scrolls down a list. */
export function explainSwaps() {
  let takeAway = () => {};
  const tell = ({ detail: { target, xhr } }) => {
    if (!target?.matches("#content, .next-page")) return;
    // Typing on asks again: once is enough.
    takeAway();
    takeAway = explain(new Refusal(xhr.status, {}));
  };
  document.addEventListener("htmx:sendError", tell);
  document.addEventListener("htmx:responseError", tell);
}

/** What the page knows of its place: data-folder, the URLs of what can be done. */
export const vault = () => document.getElementById("vault").dataset;

/** What is shown: "folder", "search", "trash" or "detail". */
export function page() {
  // Search as you type puts its results where the folder was, and leaves the rest of the page.
  const search = document.getElementById("search")?.getAttribute("action");
  return search && window.location.pathname === search ? "search" : vault().page;
}
