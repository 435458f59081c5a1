// The vault's dialogs, as promises: a name, a folder, what to do about a taken name.
import { openDialog } from "../ui/dialog.js";
import { fill, gettext } from "../ui/words.js";
import { sentence } from "./requests.js";

const id = (name) => document.getElementById(name);

// One after the other: several uploads may run into taken names at once, and there is one dialog.
let turn = Promise.resolve();

function inTurn(run) {
  const own = turn.then(run);
  turn = own.catch(() => {});
  return own;
}

async function submitOnce(form, submit, error) {
  const button = form.querySelector("[data-submit]");
  button.disabled = true;
  const refused = await submit(form);
  button.disabled = false;
  if (refused) complain(form, error, refused);
  return !refused;
}

// Words, or "" once more: the field says itself that it is wrong.
function complain(form, error, words) {
  if (error) error.textContent = words;
  const field = form.querySelector("input[name=name]");
  field?.setAttribute("aria-invalid", String(words !== ""));
  if (words) field?.focus();
}

/**
 * Open a dialog and call `submit` with its form until that succeeds; a string it returns is shown
 * as the error. Resolves to true, or to false where the dialog was closed.
 */
export function ask(dialog, submit) {
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-error]");
  complain(form, error, "");
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    let done = false;
    form.addEventListener(
      "submit",
      async (event) => {
        event.preventDefault();
        done = await submitOnce(form, submit, error);
        if (done) dialog.close();
      },
      { signal },
    );
    dialog.addEventListener(
      "close",
      () => {
        listening.abort();
        resolve(done);
      },
      { signal },
    );
    openDialog(dialog);
  });
}

/** Ask for a name; `save(name)` returns an error to show, or nothing. Resolves to whether saved. */
export function askName({ title, submit, value = "", isFile = false, save }) {
  return inTurn(() => {
    const dialog = id("dialog-name");
    const input = dialog.querySelector("input[name=name]");
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("[data-submit]").textContent = submit;
    input.value = value;
    const answer = ask(dialog, () => save(input.value));
    input.focus();
    // The stem alone: the ending seldom changes.
    const dot = isFile ? value.lastIndexOf(".") : -1;
    input.setSelectionRange(0, dot > 0 ? dot : value.length);
    return answer;
  });
}

function sayLoading(picker) {
  const text = document.createElement("p");
  text.className = "muted";
  text.textContent = gettext("Loading your folders…");
  picker.replaceChildren(text);
}

/**
 * Ask for a folder, browsing from what `url` shows first for the things with these ids;
 * `submit` are the words of the button, `there` with %(folder)s and `nowhere` before one is known;
 * `save(folder id)` returns an error to show, or nothing. Resolves to whether saved.
 */
export function askFolder({ title, submit, url, ids, save }) {
  return inTurn(async () => {
    const dialog = id("dialog-move");
    const picker = id("picker");
    const button = dialog.querySelector("[data-submit]");
    const place = () => picker.querySelector("[data-place]");
    const listening = new AbortController();
    const { signal } = listening;
    const label = () => {
      button.disabled = !place();
      const there = place() && fill(submit.there, { folder: place().dataset.placeName });
      button.textContent = there ?? submit.nowhere;
    };
    dialog.querySelector("h2").textContent = title;
    sayLoading(picker);
    label();
    const settled = () => {
      label();
      // The link that was followed is gone, and the focus with it.
      if (dialog.contains(document.activeElement)) return;
      (picker.querySelector(".picker__folders button") ?? button).focus();
    };
    const failed = ({ detail }) => {
      const words = gettext("The folders cannot be shown. Close this and try again.");
      dialog.querySelector("[data-error]").textContent = sentence(detail.xhr) || words;
    };
    picker.addEventListener("htmx:afterSettle", settled, { signal });
    document.addEventListener("htmx:sendError", failed, { signal });
    document.addEventListener("htmx:responseError", failed, { signal });
    const values = { id: ids, at: "" };
    window.htmx.ajax("POST", url, { target: "#picker", swap: "innerHTML", values });
    const answer = await ask(dialog, () => save(place()?.dataset.place));
    listening.abort();
    return answer;
  });
}

/**
 * Ask what to do about a taken name. `more`: whether others may follow; `canReplace`: not where a
 * folder is involved; `before`: a choice made while this question waited for its turn. Resolves
 * to {choice: "keep_both" | "replace" | "skip", all: boolean}, or to null for cancel.
 */
export function askConflict(name, { more = false, canReplace = true, before } = {}) {
  return inTurn(async () => {
    const made = before?.();
    if (made) return { choice: made, all: false };
    const dialog = id("dialog-conflicts");
    const form = dialog.querySelector("form");
    form.reset();
    dialog.querySelector("[data-conflict-name]").textContent = name;
    form.elements.all.closest(".field").hidden = !more;
    form.querySelector("[value=replace]").disabled = !canReplace;
    let answer = null;
    await ask(dialog, () => {
      const fields = new FormData(form);
      answer = { choice: fields.get("choice"), all: more && fields.has("all") };
    });
    return answer;
  });
}
