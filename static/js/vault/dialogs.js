// The vault's dialogs, as promises: a name, a folder, what to do about a taken name.
import { openDialog } from "../ui/dialog.js";

const id = (name) => document.getElementById(name);

/**
 * Open a dialog and call `submit` with its form until that succeeds; a string it returns is shown
 * as the error. Resolves to true, or to false where the dialog was closed.
 */
function ask(dialog, submit) {
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[data-error]");
  if (error) error.textContent = "";
  return new Promise((resolve) => {
    const listening = new AbortController();
    let done = false;
    form.addEventListener(
      "submit",
      async (event) => {
        event.preventDefault();
        const refused = await submit(form);
        if (refused) {
          if (error) error.textContent = refused;
          form.querySelector("input[name=name]")?.focus();
          return;
        }
        done = true;
        dialog.close();
      },
      { signal: listening.signal },
    );
    dialog.addEventListener(
      "close",
      () => {
        listening.abort();
        resolve(done);
      },
      { signal: listening.signal },
    );
    openDialog(dialog);
  });
}

/** Ask for a name; `save(name)` returns an error to show, or nothing. */
export function askName({ title, submit, value = "", save }) {
  const dialog = id("dialog-name");
  const input = dialog.querySelector("input[name=name]");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("[data-submit]").textContent = submit;
  input.value = value;
  const answer = ask(dialog, () => save(input.value));
  input.focus();
  // The stem alone: the ending seldom changes.
  const dot = value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : value.length);
  return answer;
}

/** Ask for a folder; `save(folder id)` returns an error to show, or nothing. */
export async function askFolder({ title, submit, url, ids, save }) {
  const dialog = id("dialog-move");
  dialog.querySelector("h2").textContent = title;
  const button = dialog.querySelector("[data-submit]");
  const label = () => {
    const place = dialog.querySelector("[data-place]");
    button.textContent = place ? `${submit} to “${place.dataset.placeName}”` : submit;
  };
  const picker = id("picker");
  picker.addEventListener("htmx:afterSettle", label);
  const query = ids.map((one) => `id=${encodeURIComponent(one)}`).join("&");
  window.htmx.ajax("GET", `${url}?${query}`, { target: "#picker", swap: "innerHTML" });
  const answer = await ask(dialog, () => save(dialog.querySelector("[data-place]")?.dataset.place));
  picker.removeEventListener("htmx:afterSettle", label);
  return answer;
}

/** Ask what to do about a taken name: {choice: keep_both|replace|skip, all}; null for cancel. */
export async function askConflict(name, { more = false } = {}) {
  const dialog = id("dialog-conflicts");
  dialog.querySelector("[data-conflict-name]").textContent = name;
  const all = dialog.querySelector("input[name=all]");
  all.checked = false;
  all.closest(".field").hidden = !more;
  let answer = null;
  await ask(dialog, (form) => {
    answer = { choice: new FormData(form).get("choice"), all: all.checked };
  });
  return answer;
}
