// By what an upload is known again: after a reload, in another tab, on another day.

// Characters of chance behind the fingerprint, in base 36.
const CHANCE = 16;

// Of text, 53 bits: cyrb53, public domain. Not for secrets: only to tell files apart, on pages
// that came unencrypted too, where browsers offer no digest.
function mix(text) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** What a file is known by: where it goes, its size, and when it was last changed. */
export function fingerprint(path, file) {
  const parts = [mix(path.normalize("NFC")), file.size, file.lastModified];
  return parts.map((number) => number.toString(36)).join("-");
}

/**
 * A key for an upload of the file: the fingerprint, by which the same file is found again, and
 * chance, so that the same file sent on purpose a second time is another upload.
 */
export function makeKey(path, file) {
  const random = crypto.getRandomValues(new Uint8Array(CHANCE));
  const chance = [...random].map((byte) => (byte % 36).toString(36)).join("");
  return `${fingerprint(path, file)}.${chance}`;
}

/** Whether an upload of this key is of this file. */
export const isOf = (key, path, file) => key.startsWith(`${fingerprint(path, file)}.`);

/**
 * Hold the upload of this key as this tab's own until `release()` is called, or the tab is gone.
 * Resolves to `release`, or to null where another tab of this browser has it.
 */
export function hold(key) {
  // Pages that came unencrypted have no locks: there, the server sorts out who sends what.
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    navigator.locks.request(`upload ${key}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((release) => resolve(release));
    });
  });
}

/** Keys that tabs of this browser are sending at this moment. */
export async function heldKeys() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.map(({ name }) => name.replace(/^upload /, "")));
}
