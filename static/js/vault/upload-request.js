// One body on its way: the only kind of request that can tell how much of it has gone out.
import { csrfToken } from "../ui/csrf.js";
import { Refusal } from "./requests.js";

// Milliseconds without a sign of life. Connections that a sleeping laptop or a changed network has
// cut off may otherwise be waited for until the system gives them up, which takes many minutes.
const STALLED = 45_000;
// All has gone out: the server writes it to the disk, and may look at it, before it answers.
const ANSWER = 600_000;

function watch(request) {
  let timer = 0;
  const rest = (patience) => {
    clearTimeout(timer);
    timer = setTimeout(() => request.abort(), patience);
  };
  request.upload.addEventListener("progress", () => rest(STALLED));
  request.upload.addEventListener("load", () => rest(ANSWER));
  request.addEventListener("loadend", () => clearTimeout(timer));
  rest(STALLED);
}

/**
 * PUT a body. `onProgress(bytes)`; `signal` aborts it. Resolves to {answer, etag}: the JSON of the
 * answer, or null. Throws Refusal, with status 0 where the network failed, and AbortError.
 */
export function put(url, body, { headers = {}, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DOMException("cancelled", "AbortError"));
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.responseType = "json";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      const { status, response } = request;
      if (status < 200 || status >= 300) reject(new Refusal(status, response ?? {}));
      else resolve({ answer: response, etag: request.getResponseHeader("ETag") ?? "" });
    });
    request.addEventListener("error", () => reject(new Refusal(0, {})));
    request.addEventListener("abort", () => {
      const asked = new DOMException("cancelled", "AbortError");
      reject(signal.aborted ? asked : new Refusal(0, {}));
    });
    signal.addEventListener("abort", () => request.abort(), { once: true });
    watch(request);
    request.send(body);
  });
}

/**
 * PUT a whole file, known by `key`: sent again after an answer that was lost, it is there once.
 * As `put` otherwise.
 */
export function putWhole(url, file, key, { onProgress, signal }) {
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/octet-stream",
    "Idempotency-Key": key,
    "X-CSRFToken": csrfToken(),
  };
  return put(url, file, { headers, onProgress, signal });
}
