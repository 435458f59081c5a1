// The protocol in parts: begin, sign, send in parallel, complete. What has arrived is asked of the
// server, never assumed; so it goes on after a cut line, a reload, or on another day.
import { gettext } from "../ui/words.js";
import { Refusal, ask, postJson } from "./requests.js";
import { makeKey } from "./upload-keys.js";
import { Lanes, backoff, patiently, reachable, sleep } from "./upload-patience.js";
import { put } from "./upload-request.js";

// Tries in a row in which nothing arrived although the site could be reached.
const FUTILE = 8;
// Up to here the whole digest is made before anything is sent: what the person keeps already need
// not be sent, and what is sent is compared. It has to be held in memory for that.
const DIGESTED = 64 * 1024 * 1024;
// Milliseconds.
const BUSY = 2000;
const QUICK = 5_000;
const SLOW = 20_000;

// Browsers open six connections to a site: two stay free for the page itself.
export const lanes = new Lanes(4);

const GONE = new Set([404, 410]);
// What a part that is sent again may get past: an address past its time (403), damage on the way
// (400), a bucket's trouble with itself (500).
const AGAIN = new Set([400, 403, 500]);
const isGone = (error) => error instanceof Refusal && GONE.has(error.status);
const isBusy = ({ status, conflicts, missing }) =>
  status === 409 && !conflicts.length && !missing.length;

async function digest(blob) {
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Throw Refusal where the file on the disk has been changed or taken away since it was chosen. */
export async function requireReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Refusal(400, { error: gettext("The file has changed, or is gone. Choose it again.") });
  }
}

function requireDigests({ store }) {
  if (store !== "s3" || crypto.subtle) return;
  throw new Refusal(400, { error: gettext("Files of this size can only be sent over HTTPS.") });
}

// The address of an upload, or of what can be done with it: `at(job, "complete/")`.
const at = ({ id, base = "/files/uploads/" }, rest = "") => `${base}${id}/${rest}`;

async function create(job, hooks) {
  job.key ||= makeKey(job.path, job.file);
  await hooks.onKey(job.key);
  const wish = { path: job.path, size: job.file.size, conflict: job.conflict, key: job.key };
  // A guest who was asked for files keeps nothing here, and says who it is from.
  if (job.base) return patiently(() => postJson(job.base, { ...wish, sender: job.sender }), hooks);
  if (crypto.subtle && job.file.size <= DIGESTED) wish.sha256 = await digest(job.file);
  const url = job.createUrl ?? `/files/folder/${job.folder}/uploads/`;
  return patiently(() => postJson(url, wish), hooks);
}

async function find(job, hooks) {
  try {
    const upload = await patiently(() => ask(at(job)), hooks);
    return upload.state === "aborted" ? null : upload;
  } catch (error) {
    if (!isGone(error)) throw error;
    return null;
  }
}

/** The upload as the server has it: found again where it has been begun, else begun. */
async function begin(job, hooks) {
  const found = job.id && (await find(job, hooks));
  if (found) return found;
  // It has expired, or was given up: then from the start, as another one.
  if (job.id) Object.assign(job, { id: "", key: "", conflict: job.conflict || "ask" });
  return create(job, hooks);
}

const lengthOf = (upload, number) =>
  Math.min(upload.part_size, upload.size - (number - 1) * upload.part_size);

class Sending {
  constructor(job, upload, hooks) {
    const inner = new AbortController();
    Object.assign(this, { job, upload, hooks, inner, futile: 0, bytes: new Map() });
    // One part that fails for good ends the others.
    this.signal = AbortSignal.any([hooks.signal, inner.signal]);
    this.arrived(upload);
  }

  arrived({ arrived }) {
    for (const { number, size } of arrived) this.bytes.set(number, size);
    this.tell();
  }

  tell() {
    this.hooks.onProgress([...this.bytes.values()].reduce((sum, bytes) => sum + bytes, 0));
  }

  has(number) {
    return this.bytes.get(number) === lengthOf(this.upload, number);
  }

  async all() {
    const numbers = Array.from({ length: this.upload.parts }, (_, index) => index + 1);
    this.todo = numbers.filter((number) => !this.has(number));
    this.workers = new Set();
    this.busy = 0;
    this.hire();
    try {
      // More may be hired while these are waited for.
      while (this.workers.size) await Promise.race(this.workers);
    } finally {
      this.inner.abort();
      await Promise.allSettled(this.workers);
    }
  }

  hire() {
    if (!this.todo.length || this.busy >= Math.min(this.upload.parallel, lanes.count)) return;
    this.busy += 1;
    const worker = this.work().then(() => this.workers.delete(worker));
    this.workers.add(worker);
    // The next race looks at it; one that is hired during a race would count as unhandled until then.
    worker.catch(() => {});
  }

  // Another is hired where parts go quickly, and one leaves where they do not: on a slow line many
  // at once would all be half-way for minutes, and whatever is half-way is lost by a reload.
  async work() {
    while (this.todo.length) {
      const start = performance.now();
      await this.part(this.todo.shift());
      const took = performance.now() - start;
      if (took < QUICK) this.hire();
      else if (took > SLOW && this.busy > 1) break;
    }
    this.busy -= 1;
  }

  async part(number) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await lanes.run(this.signal, () => this.send(number));
        this.futile = 0;
        return;
      } catch (error) {
        await this.recover(number, attempt, error);
        if (this.has(number)) return;
      }
    }
  }

  async send(number) {
    const start = (number - 1) * this.upload.part_size;
    const body = this.job.file.slice(start, start + lengthOf(this.upload, number));
    const wish = { number };
    if (this.upload.store === "s3") wish.sha256 = await digest(body);
    const answer = await postJson(at(this.job, "sign/"), { parts: [wish] }, this.signal);
    const { url, headers } = answer.urls[0];
    const onProgress = (sent) => {
      // All of it has gone out; whether it has arrived is for the answer to say.
      this.bytes.set(number, Math.min(sent, body.size - 1));
      this.tell();
      this.hooks.onRunning();
    };
    await put(url, body, { headers, onProgress, signal: this.signal });
    this.bytes.set(number, body.size);
    this.tell();
  }

  // Wait, and ask what is there: the answer may be all that was lost.
  async recover(number, attempt, error) {
    this.bytes.delete(number);
    this.tell();
    if (error.name === "AbortError" || isGone(error)) throw error;
    await requireReadable(this.job.file);
    if (!(error instanceof Refusal)) throw error;
    if (!error.passing && !isBusy(error) && !AGAIN.has(error.status)) throw error;
    this.hooks.onTrouble();
    await sleep(isBusy(error) ? BUSY : backoff(attempt), this.signal);
    await reachable(this.signal);
    this.futile += 1;
    if (this.futile > FUTILE) throw error;
    const { signal } = this;
    this.arrived(await patiently(() => ask(at(this.job), signal), { ...this.hooks, signal }));
  }
}

// The server may still be busy putting it together: asked again until it is a file.
async function complete(job, hooks) {
  hooks.onFinishing();
  const wish = job.conflict ? { conflict: job.conflict } : {};
  for (let wait = BUSY / 4; ; wait = Math.min(2 * wait, 8 * BUSY)) {
    let answer = { state: "completing" };
    try {
      answer = await patiently(() => postJson(at(job, "complete/"), wish), hooks);
    } catch (error) {
      if (!(error instanceof Refusal) || !isBusy(error)) throw error;
    }
    if (answer.state !== "completing") return answer;
    await sleep(wait, hooks.signal);
  }
}

async function sendOnce(job, hooks) {
  const upload = await begin(job, hooks);
  if (upload.skipped) return upload;
  if (upload.file) return upload.file;
  job.id = upload.id;
  requireDigests(upload);
  hooks.onBegun(upload);
  if (upload.state === "open") await new Sending(job, upload, hooks).all();
  return complete(job, hooks);
}

/**
 * Send `job.file` as `job.path` below the folder `job.folder`; `job.id` and `job.key` are filled
 * in, and by them it goes on where it was. With `job.base`, it goes to that address of a file
 * request instead, from `job.sender`; with `job.createUrl`, it is begun there. Hooks: `signal`; `onKey(key)`, before it begins;
 * `onBegun(upload)`; `onProgress(bytes)`; `onRunning()`, `onTrouble()` and `onFinishing()` for what
 * is going on. Resolves to the server's answer. Throws Refusal and AbortError.
 */
export async function sendByParts(job, hooks) {
  for (let tries = 3; ; tries -= 1) {
    try {
      return await sendOnce(job, hooks);
    } catch (error) {
      // Something was lost after it had been told of: it is sent again.
      if (!(error instanceof Refusal) || !error.missing.length || !tries) throw error;
    }
  }
}

/** Give up what has arrived of it, and its space. What is gone already is well gone. */
export async function abandon(job) {
  if (!job.id) return;
  try {
    await patiently(() => ask(at(job), undefined, "DELETE"), {});
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
