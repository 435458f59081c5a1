// How one file travels: a small one in one request, a larger one in parts.
import { vault } from "./requests.js";
import { makeKey } from "./upload-keys.js";
import { lanes, sendByParts } from "./upload-parts.js";
import { putWhole } from "./upload-request.js";

/** Whether a file goes in parts: it can be paused, and goes on after a reload. */
export const goesInParts = (file) => file.size > Number(vault().partSize);

function sendWhole(job, { onProgress, signal }) {
  const { file, folder, path, conflict } = job;
  job.wholeKey ??= makeKey(path, file);
  const url = `/files/folder/${folder}/upload/?${new URLSearchParams({ path, conflict })}`;
  return lanes.run(signal, async () => {
    const { answer } = await putWhole(url, file, job.wholeKey, { onProgress, signal });
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
