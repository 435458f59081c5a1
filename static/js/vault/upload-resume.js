// Uploads that have been begun and not finished: by this page before it was loaded again, by
// another tab that was closed, by another device.
import { handleOf } from "./upload-handles.js";
import { heldKeys, isOf } from "./upload-keys.js";
import { ask } from "./requests.js";

const normal = (path) => path.normalize("NFC");
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

// Of so many the bucket is asked what it has; of the others it is shown once they go on.
const ASKED = 20;

async function arrivedBytes({ id, store, arrived, part_size, parts, size }, index) {
  if (store === "s3") {
    const upload = index < ASKED ? await ask(`/files/uploads/${id}/`) : { arrived: [] };
    return upload.arrived.reduce((sum, part) => sum + part.size, 0);
  }
  const last = size - (parts - 1) * part_size;
  return arrived.reduce((sum, number) => sum + (number === parts ? last : part_size), 0);
}

/**
 * What the server waits for and no tab of this browser sends: [{id, key, path, folder, createUrl, size,
 * sent, handle}], the handle only where this device has kept one. Throws Refusal.
 */
export async function unfinished() {
  const [{ uploads }, held] = await Promise.all([ask("/files/uploads/"), heldKeys()]);
  const ours = uploads.filter(({ key, state }) => state === "open" && !held.has(key));
  return Promise.all(
    ours.map(async (upload, index) => ({
      id: upload.id,
      key: upload.key,
      path: upload.path,
      folder: upload.folder,
      // Where it begins anew, should it be gone: a new version of one file.
      createUrl: upload.target ? `/files/${upload.target}/versions/uploads/` : undefined,
      size: upload.size,
      sent: await arrivedBytes(upload, index),
      handle: await handleOf(upload.key),
    })),
  );
}

/** The one of the unfinished that sends this file to that place, if any. */
export function sameUpload(unfinished, { file, path, folder }) {
  return unfinished.find(
    (one) =>
      one.folder === folder && one.path === normal(path) && isOf(one.key, one.path, file),
  );
}

/**
 * The one of the unfinished that this file, chosen by itself, is the rest of: its folder is not
 * known any more, but its name, its size and when it was last changed.
 */
export function sameFile(unfinished, file) {
  const name = normal(file.name);
  return unfinished.find((one) => nameOf(one.path) === name && isOf(one.key, one.path, file));
}
