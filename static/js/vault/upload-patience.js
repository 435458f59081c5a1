// Waiting: for the network to be back, for a server that is busy, for a turn.
import { Refusal } from "./requests.js";

const LEAST = 400; // milliseconds
const FIRST = 500;
const LONGEST = 30_000;

/**
 * How long to wait before try number `attempt`, from 1: exponential, with full jitter, so that
 * many pages whose server has come back do not all return at once.
 */
export const backoff = (attempt) =>
  LEAST + Math.random() * Math.min(LONGEST, FIRST * 2 ** attempt);

const aborted = () => new DOMException("cancelled", "AbortError");

/** Wait. Ends early when the network comes back; throws AbortError where `signal` says so. */
export function sleep(time, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    const ended = new AbortController();
    const end = (settle) => () => {
      clearTimeout(timer);
      ended.abort();
      settle();
    };
    const timer = setTimeout(end(resolve), time);
    window.addEventListener("online", end(resolve), { signal: ended.signal });
    signal?.addEventListener("abort", end(() => reject(aborted())), { signal: ended.signal });
  });
}

async function answers() {
  try {
    // Not by the cache, and not for ever: a network that has changed may swallow it.
    const signal = AbortSignal.timeout(15_000);
    // Something small that the site itself answers: what tells of its health is for the inside, and
    // a balancer would answer in its place. Only 502 and its like are as good as nobody.
    const options = { cache: "no-store", redirect: "manual", signal };
    return (await fetch("/favicon.ico?are-you-there", options)).status < 500;
  } catch {
    return false;
  }
}

/** Wait until the site answers, however long that takes: a night, or a journey. */
export async function reachable(signal) {
  for (let attempt = 1; !(await answers()); attempt += 1) await sleep(backoff(attempt), signal);
}

/**
 * Ask something small until there is an answer that will not change by itself. `onTrouble(refusal)`
 * is called before each wait. Throws the last Refusal, and AbortError.
 */
export async function patiently(ask, { signal, onTrouble = () => {}, tries = 8 }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refusal) || !error.passing || attempt >= tries) throw error;
      onTrouble(error);
      await sleep(backoff(attempt), signal);
      await reachable(signal);
    }
  }
}

/** So many at a time: `run(signal, work)` waits for its turn, then works. */
export class Lanes {
  constructor(count) {
    this.count = count;
    this.busy = 0;
    this.queue = [];
  }

  async run(signal, work) {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.busy -= 1;
      this.#next();
    }
  }

  #turn(signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(aborted());
      const waiting = { resolve };
      this.queue.push(waiting);
      signal.addEventListener(
        "abort",
        () => {
          const index = this.queue.indexOf(waiting);
          if (index < 0) return;
          this.queue.splice(index, 1);
          reject(aborted());
        },
        { once: true },
      );
      this.#next();
    });
  }

  #next() {
    while (this.busy < this.count && this.queue.length) {
      this.busy += 1;
      this.queue.shift().resolve();
    }
  }
}
