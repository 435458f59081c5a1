// Requests to the vault: forms posted by script, answered in JSON.
import { csrfToken } from "../ui/csrf.js";
import { toast } from "../ui/toast.js";

/** What the server refused: its status and its words, ready to be shown. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.error ?? words(status));
    this.status = status;
    this.conflicts = body.conflicts ?? [];
  }
}

/** Words for an answer that brought none. */
export function words(status) {
  if (status === 0) return "The vault cannot be reached. Check your connection and try again.";
  if (status === 401) return "You have been signed out. Sign in again, then go on.";
  if (status === 403) return "The page is out of date. Reload it, then try again.";
  if (status === 413) return "This is larger than the vault takes.";
  return "That did not work. Try again.";
}

/** Post fields (a value, or an array for a repeated one) and return the JSON. Throws Refusal. */
export async function post(url, fields = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of [value].flat()) body.append(name, item);
  }
  return send(url, body);
}

/** Post JSON and return the JSON of the answer. Throws Refusal. */
export async function postJson(url, data) {
  return send(url, JSON.stringify(data), { "Content-Type": "application/json" });
}

async function send(url, body, headers = {}) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers },
    });
  } catch {
    throw new Refusal(0, {});
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

/** Show why something failed; with the way out where there is one. */
export function explain(error) {
  if (!(error instanceof Refusal)) throw error;
  const reload = [401, 403].includes(error.status);
  const action = reload ? { label: "Reload", run: () => window.location.reload() } : undefined;
  toast({ message: error.message, kind: "error", action });
}

/** Read the list again in place: what is selected, focused and scrolled to stays. */
export async function refresh() {
  const listing = document.getElementById("listing");
  if (!listing) return;
  await window.htmx.ajax("GET", listing.dataset.refreshUrl, {
    target: "#listing",
    select: "#listing",
    swap: "outerHTML",
  });
}

export const vault = () => document.getElementById("vault").dataset;
