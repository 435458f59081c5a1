// What was dropped from the desktop, as files with their paths: folders are walked through.

/**
 * Return the files of a DataTransfer: [{file, path}], the path relative to what was dropped,
 * `Holiday/beach.jpg`. Call it while the event is handled: afterwards the browser has emptied it.
 * Throws where something cannot be read.
 */
export async function dropped(transfer) {
  const roots = [...transfer.items]
    .filter(({ kind }) => kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
    .filter(Boolean);
  return (await Promise.all(roots.map((root) => walk(root, "")))).flat();
}

async function walk(entry, above) {
  if (entry instanceof File) return [{ file: entry, path: entry.name }];
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path }];
  }
  const children = await readAll(entry.createReader());
  return (await Promise.all(children.map((child) => walk(child, `${path}/`)))).flat();
}

// A reader gives about a hundred entries at a time, and an empty list at the end.
async function readAll(reader) {
  const all = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return all;
    all.push(...batch);
  }
}
