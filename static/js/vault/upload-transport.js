// How one file travels: one streamed request. The multipart protocol, which resumes after a
// reload, takes this module's place behind the same function.
import { csrfToken } from "../ui/csrf.js";
import { Refusal } from "./requests.js";

/**
 * Send a file to `url` as `path` below its folder. `onProgress(bytes)`; `signal` aborts it.
 * Resolves to the server's JSON. Throws Refusal, with status 0 where the network failed, and
 * AbortError.
 */
export function send(file, { url, path, conflict, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ path, conflict });
    request.open("PUT", `${url}?${query}`);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    // fetch() cannot tell how much of a body has gone out.
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      const answer = request.response ?? {};
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else reject(new Refusal(request.status, answer));
    });
    request.addEventListener("error", () => reject(new Refusal(0, {})));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
