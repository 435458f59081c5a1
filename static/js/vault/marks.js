// Stars and tags: on one thing by its button, on what is selected by the bar, the menu or a key.
import { fill, gettext, items } from "../ui/words.js";
import { ask } from "./dialogs.js";
import { act, conclude } from "./outcome.js";
import { explain, post, sentence, vault } from "./requests.js";

const ids = (things) => things.map(({ id }) => id);
const buttonOf = (id) => document.querySelector(`.star[value="${id}"]`);
const isStarred = ({ id }) => buttonOf(id)?.getAttribute("aria-pressed") === "true";

/** Give stars to the things; where all have one, take them away. */
export async function toggleStars(things, options) {
  if (!things.length) return;
  const url = things.every(isStarred) ? vault().unstarUrl : vault().starUrl;
  await act(() => post(url, { id: ids(things) }), options);
}

/** Give or take the star of one thing, by the button that stands beside it. */
export async function toggleStar(button, options) {
  await toggleStars([{ id: button.value }], options);
}

async function showChoices(things) {
  const place = document.getElementById("tag-choices");
  const values = { id: ids(things) };
  const failed = ({ detail }) => {
    place.textContent = sentence(detail.xhr) || gettext("That did not work. Try again.");
  };
  place.textContent = gettext("Loading your tags…");
  document.addEventListener("htmx:responseError", failed);
  await window.htmx.ajax("POST", vault().tagUrl, { target: place, swap: "innerHTML", values });
  document.removeEventListener("htmx:responseError", failed);
  place.querySelector("input:not([type=hidden])")?.focus();
}

/** Let the person choose the tags of the things. Options are those of `conclude`. */
export async function chooseTags(things, options = {}) {
  if (!things.length) return;
  const dialog = document.getElementById("dialog-tag");
  const what = things.length === 1 ? `“${things[0].name}”` : items(things.length);
  dialog.querySelector("h2").textContent = fill(gettext("Tags of %(what)s"), { what });
  let answer = null;
  const chosen = ask(dialog, async (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) (fields[name] ??= []).push(value);
    try {
      answer = await post(vault().tagUrl, fields);
      return "";
    } catch (error) {
      if (error.status !== 400) explain(error);
      return error.message;
    }
  });
  showChoices(things);
  await chosen;
  if (answer) await conclude(answer, { focus: ids(things), ...options });
}
