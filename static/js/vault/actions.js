// What can be done with entries: rename, move, copy, delete, restore; each with its way back.
import { confirmDialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";
import { askConflict, askFolder, askName } from "./dialogs.js";
import { refresh } from "./refresh.js";
import { Refusal, explain, post, vault } from "./requests.js";
import { clearSelection, selection } from "./selection.js";

const many = (things) => (things.length === 1 ? `“${things[0].name}”` : `${things.length} items`);
const ids = (things) => things.map((thing) => thing.id);

async function undo({ url, ids: back, name, target }) {
  const fields = { conflict: "keep_both" };
  if (back) fields.id = back;
  if (name !== undefined) fields.name = name;
  if (target) fields.target = target;
  await act(() => post(url, fields), { undoable: false });
}

/** Run a request, say what came of it, offer the way back, and read the list again. */
async function act(request, { undoable = true, after = refresh } = {}) {
  try {
    const answer = await request();
    const back = undoable && answer.undo;
    const action = back ? { label: "Undo", run: () => undo(answer.undo) } : undefined;
    toast({ message: answer.message, kind: "success", action });
    await after(answer);
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}

// An error that belongs in the dialog is returned to it; others are told at the edge.
async function within(request, options) {
  try {
    const answer = await request();
    await act(async () => answer, options);
    return "";
  } catch (error) {
    if (error instanceof Refusal && [400, 409].includes(error.status)) return error.message;
    explain(error);
    return error.message;
  }
}

export function rename(thing, { after } = {}) {
  const url = `/files/${thing.id}/rename/`;
  const save = (name) => within(() => post(url, { name }), { after: after ?? refresh });
  return askName({ title: "Rename", submit: "Rename", value: thing.name, isFile: thing.kind !== "folder", save });
}

export function newFolder() {
  const save = (name) => within(() => post(vault().newFolderUrl, { name }));
  return askName({ title: "New folder", submit: "Make the folder", save });
}

/** Move or copy into a folder; asks what to do where names are taken. */
export async function place(operation, things, target, options = {}) {
  const url = vault()[`${operation}Url`];
  const fields = { id: ids(things), target, conflict: "ask" };
  try {
    return await act(
      async () => {
        try {
          return await post(url, fields);
        } catch (error) {
          if (!(error instanceof Refusal) || error.status !== 409) throw error;
          const answer = await askConflict(error.conflicts[0] ?? things[0].name);
          if (!answer) throw error;
          return post(url, { ...fields, conflict: answer.choice });
        }
      },
      options,
    );
  } finally {
    clearSelection();
  }
}

// The folders among them are not offered as places. An address has room for some dozens of ids.
function pickerUrl(operation, things) {
  const folders = things.filter(({ kind }) => kind === "folder").slice(0, 40);
  const query = new URLSearchParams();
  for (const { id } of folders.length ? folders : things.slice(0, 1)) query.append("id", id);
  return `${vault()[`${operation}Url`]}?${query}`;
}

export function pickAndPlace(operation, things, options) {
  if (!things.length) return undefined;
  const verb = operation === "move" ? "Move" : "Copy";
  let chosen = null;
  return askFolder({
    title: `${verb} ${many(things)}`,
    submit: verb,
    url: pickerUrl(operation, things),
    save: (target) => {
      chosen = target;
      return target ? "" : "Choose a folder.";
    },
  }).then((done) => done && place(operation, things, chosen, options));
}

export async function remove(things, { after } = {}) {
  if (!things.length) return;
  const next = neighbour(things);
  await act(() => post(vault().deleteUrl, { id: ids(things) }), { after });
  clearSelection();
  document.querySelector(`#rows > .entry[data-id="${next}"]`)?.focus();
}

// Where the focus goes when what had it is gone.
function neighbour(things) {
  const last = document.querySelector(`#rows > .entry[data-id="${things.at(-1).id}"]`);
  const near = last?.nextElementSibling ?? last?.previousElementSibling;
  return near?.dataset.id;
}

export function restore(things) {
  if (!things.length) return undefined;
  return act(() => post(vault().restoreUrl, { id: ids(things) })).then(clearSelection);
}

export async function purge(things) {
  if (!things.length) return;
  const sure = await confirmDialog({
    title: `Delete ${many(things)} for good?`,
    message: "This cannot be undone.",
    confirm: "Delete for good",
    danger: true,
  });
  if (sure) await act(() => post(vault().purgeUrl, { id: ids(things) }));
}

export async function emptyTrash() {
  const sure = await confirmDialog({
    title: "Empty the trash?",
    message: "Everything in it is deleted for good. This cannot be undone.",
    confirm: "Empty the trash",
    danger: true,
  });
  if (sure) await act(() => post(vault().emptyUrl), { after: () => window.location.reload() });
}

/** Download one by its own address, several as a zip through the page's form. */
export function download(things = selection()) {
  if (things.length === 1) {
    window.location.assign(`/files/${things[0].id}/download/`);
    return;
  }
  const form = document.getElementById("entries-form");
  form.requestSubmit(form.querySelector('[data-action="download-selection"]'));
}
