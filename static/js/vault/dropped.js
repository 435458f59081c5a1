// What was dropped from the desktop, as files with their paths: folders are walked through.

/**
 * Return what a DataTransfer holds: {files: [{file, path, handle?}], folders: [path]}, the path
 * relative to what was dropped, `Holiday/beach.jpg`; the folders are those that hold nothing, which
 * no path tells of. Call it while the event is handled: afterwards the browser has emptied it.
 * Throws where something cannot be read.
 */
export async function dropped(transfer) {
  const roots = [...transfer.items].filter(({ kind }) => kind === "file").map(rootOf);
  const walks = roots.filter(({ entry }) => entry).map(({ entry, handle }) => walk(entry, "", handle));
  const found = (await Promise.all(walks)).flat();
  return {
    files: found.filter(({ file }) => file),
    folders: found.filter(({ file }) => !file).map(({ path }) => path),
  };
}

function rootOf(item) {
  // By a handle the upload goes on after a reload; what is inside of folders has none.
  const handle = item.getAsFileSystemHandle?.().catch(() => null);
  return { entry: item.webkitGetAsEntry?.() ?? item.getAsFile(), handle };
}

async function walk(entry, above, handle) {
  if (entry instanceof File) return [{ file: entry, path: entry.name }];
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path, handle: (await handle) ?? undefined }];
  }
  const children = await readAll(entry.createReader());
  if (!children.length) return [{ path }];
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
