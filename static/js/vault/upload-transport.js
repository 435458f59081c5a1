// How one file travels: a small one in one request, a larger one in parts.
import { csrfToken } from "../ui/csrf.js";
import { vault } from "./requests.js";
import { makeKey } from "./upload-keys.js";
import { lanes, sendByParts } from "./upload-parts.js";
import { put } from "./upload-request.js";

/** Whether a file goes in parts: it can be paused, and goes on after a reload. */
export const goesInParts = (file) => file.size > Number(vault().partSize);

// Sent again after an answer that was lost, it is known by its key: nothing is there twice.
function sendWhole(job, { onProgress, signal }) {
  const { file, folder, path, conflict } = job;
  job.wholeKey ??= makeKey(path, file);
  const query = new URLSearchParams({ path, conflict });
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/octet-stream",
    "Idempotency-Key": job.wholeKey,
    "X-CSRFToken": csrfToken(),
  };
  const url = `/files/folder/${folder}/upload/?${query}`;
  return lanes.run(signal, async () => {
    const { answer } = await put(url, file, { headers, onProgress, signal });
    return answer ?? {};
  });
}

/**
 * Send `job.file` as `job.path` below the folder with the id `job.folder`; `job.conflict` says what
 * to do about a taken name. `hooks` are those of `sendByParts`. Resolves to the server's JSON.
 * Throws Refusal, with status 0 where the network failed, and AbortError.
 */
export function send(job, hooks) {
  return job.id || goesInParts(job.file) ? sendByParts(job, hooks) : sendWhole(job, hooks);
}
