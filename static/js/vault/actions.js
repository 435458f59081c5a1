// What can be done with entries: rename, delete, restore, download; each with its way back.
import { confirmDialog } from "../ui/dialog.js";
import { fill, gettext, items } from "../ui/words.js";
import { askName } from "./dialogs.js";
import { act, conclude } from "./outcome.js";
import { Refusal, explain, post, vault } from "./requests.js";
import { clearSelection, neighbour, selection } from "./selection.js";

const many = (things) => (things.length === 1 ? `“${things[0].name}”` : items(things.length));
const ids = (things) => things.map((thing) => thing.id);

/**
 * Ask for a name and post it. What is wrong with the name is said in the dialog; other failures
 * too, and at the edge of the page with the way out. Resolves to the answer, or null.
 */
async function askAndPost(url, question) {
  let answer = null;
  const save = async (value) => {
    try {
      answer = await post(url, { name: value });
      return "";
    } catch (error) {
      if (!(error instanceof Refusal) || !error.field) explain(error);
      return error.message;
    }
  };
  await askName({ ...question, save });
  return answer;
}

/** Give the thing another name. Options are those of `conclude`. */
export async function rename(thing, options = {}) {
  const answer = await askAndPost(`/files/${thing.id}/rename/`, {
    title: gettext("Rename"),
    submit: gettext("Rename"),
    value: thing.name,
    isFile: thing.kind !== "folder",
  });
  if (answer) await conclude(answer, { focus: answer.ids, ...options });
}

/** Make a folder in the one that is shown. */
export async function newFolder() {
  const question = { title: gettext("New folder"), submit: gettext("Make the folder") };
  const answer = await askAndPost(vault().newFolderUrl, question);
  if (answer) await conclude(answer, { focus: answer.ids });
}

// What goes away leaves the focus with what is next to it.
async function away(things, url, options = {}) {
  const focus = [neighbour(things)];
  if (await act(() => post(url, { id: ids(things) }), { focus, ...options })) clearSelection();
}

/** Put the things into the trash. Options are those of `conclude`. */
export async function remove(things, options) {
  if (things.length) await away(things, vault().deleteUrl, options);
}

/** Take the things out of the trash. */
export async function restore(things) {
  if (things.length) await away(things, vault().restoreUrl);
}

/** Delete the things in the trash for good, after a question. */
export async function purge(things) {
  if (!things.length) return;
  const sure = await confirmDialog({
    title: fill(gettext("Delete %(what)s for good?"), { what: many(things) }),
    message: gettext("This cannot be undone."),
    confirm: gettext("Delete for good"),
    danger: true,
  });
  if (sure) await away(things, vault().purgeUrl);
}

/** Delete everything in the trash for good, after a question. */
export async function emptyTrash() {
  const sure = await confirmDialog({
    title: gettext("Empty the trash?"),
    message: gettext("Everything in it is deleted for good. This cannot be undone."),
    confirm: gettext("Empty the trash"),
    danger: true,
  });
  if (sure) await act(() => post(vault().emptyUrl), { leave: window.location.pathname });
}

/** Download one by its own address, several as a zip through the page's form. */
export function download(things = selection()) {
  if (things.length > 1) {
    const form = document.getElementById("entries-form");
    form.requestSubmit(form.querySelector('[data-action="download-selection"]'));
    return;
  }
  // A link, not a change of location: uploads under way are not at stake.
  const link = document.createElement("a");
  link.href = `/files/${things[0].id}/download/`;
  link.download = "";
  // In the page, so that its click is heard: see leaving.js.
  document.body.append(link);
  link.click();
  link.remove();
}
