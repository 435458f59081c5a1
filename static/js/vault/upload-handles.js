// Handles of files on this device, kept so that an upload can go on after a reload without the
// file being chosen again. Not every browser has them; without them nothing here does anything.

const STORE = "handles";
const KEPT = 14 * 24 * 3600 * 1000; // milliseconds

function settle(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

let opening;

function open() {
  const request = indexedDB.open("vault-uploads", 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return settle(request);
}

async function store(mode) {
  opening ??= open();
  return (await opening).transaction(STORE, mode).objectStore(STORE);
}

// Private windows and full disks refuse to keep anything: then the file is chosen again.
async function quietly(work) {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** Keep the handle of the file that the upload of this key sends. */
export function keepHandle(key, handle) {
  if (!handle) return Promise.resolve();
  return quietly(async () => settle((await store("readwrite")).put({ handle, at: Date.now() }, key)));
}

export const dropHandle = (key) => quietly(async () => settle((await store("readwrite")).delete(key)));

/** The handle that was kept for the upload of this key, or undefined. */
export async function handleOf(key) {
  const kept = await quietly(async () => settle((await store("readonly")).get(key)));
  if (kept && Date.now() - kept.at > KEPT) {
    await dropHandle(key);
    return undefined;
  }
  return kept?.handle;
}

/**
 * The file behind a handle, or undefined where it may not be read. `ask`: whether the person may
 * be asked; browsers allow that only right after a click.
 */
export function fileOf(handle, { ask }) {
  return quietly(async () => {
    let permission = await handle.queryPermission({ mode: "read" });
    if (permission === "prompt" && ask) permission = await handle.requestPermission({ mode: "read" });
    return permission === "granted" ? handle.getFile() : undefined;
  });
}
