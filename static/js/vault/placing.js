// Moving and copying into a folder, with a question for each name that is taken there.
import { fill, gettext, items } from "../ui/words.js";
import { askConflict, askFolder } from "./dialogs.js";
import { conclude } from "./outcome.js";
import { Refusal, explain, post, vault } from "./requests.js";
import { clearSelection, neighbour } from "./selection.js";

// Whole sentences, for each operation: languages order their words differently.
const TITLES = {
  move: (things) => fill(gettext("Move %(what)s"), { what: many(things) }),
  copy: (things) => fill(gettext("Copy %(what)s"), { what: many(things) }),
};
const SUBMITS = {
  move: { there: gettext("Move to “%(folder)s”"), nowhere: gettext("Move") },
  copy: { there: gettext("Copy to “%(folder)s”"), nowhere: gettext("Copy") },
};
const DONE = {
  move: (count) => fill(gettext("Moved %(what)s."), { what: items(count) }),
  copy: (count) => fill(gettext("Copied %(what)s."), { what: items(count) }),
};

const many = (things) => (things.length === 1 ? `“${things[0].name}”` : items(things.length));

/** Ask about each taken name. Resolves to a map of name to choice, or to null for cancel. */
async function decide(things, taken) {
  // In the order of the list, whatever order the server found them in.
  const names = new Set(things.map(({ name }) => name));
  const conflicts = [...names].filter((name) => taken.includes(name));
  const kinds = new Map(things.map(({ name, kind }) => [name, kind]));
  const choices = new Map();
  for (const [index, name] of conflicts.entries()) {
    const rest = conflicts.slice(index);
    const canReplace = kinds.get(name) !== "folder";
    const answer = await askConflict(name, { more: rest.length > 1, canReplace });
    if (!answer) return null;
    for (const other of answer.all ? rest : [name]) {
      const whole = answer.choice === "replace" && kinds.get(other) === "folder";
      choices.set(other, whole ? "keep_both" : answer.choice);
    }
    if (answer.all) break;
  }
  return choices;
}

// One request per choice; what came of them is told as one.
async function send(url, things, target, choices) {
  const groups = Map.groupBy(things, ({ name }) => choices.get(name) ?? "ask");
  const answers = [];
  for (const [conflict, group] of groups) {
    if (conflict === "skip") continue;
    answers.push(await post(url, { id: group.map(({ id }) => id), target, conflict }));
  }
  return answers;
}

function together(answers, operation) {
  if (answers.length === 1) return answers[0];
  const ids = answers.flatMap((answer) => answer.ids);
  const undos = answers.map(({ undo }) => undo);
  const whole = undos.length && undos.every((undo) => undo && undo.target === undos[0].target);
  const undo = whole ? { ...undos[0], ids: undos.flatMap((one) => one.ids) } : null;
  const message = ids.length ? DONE[operation](ids.length) : gettext("Nothing was changed.");
  return { message, ids, undo };
}

async function sendAsking(url, things, target) {
  try {
    return await send(url, things, target, new Map());
  } catch (error) {
    if (!(error instanceof Refusal) || !error.conflicts.length) throw error;
    const choices = await decide(things, error.conflicts);
    return choices && send(url, things, target, choices);
  }
}

/**
 * Move or copy the things into the folder with the id `target`. `operation` is "move" or "copy";
 * options are those of `conclude`.
 */
export async function place(operation, things, target, options = {}) {
  const focus = operation === "move" ? [neighbour(things)] : [];
  try {
    const answers = await sendAsking(vault()[`${operation}Url`], things, target);
    // Who changed their mind finds everything as it was, the selection too.
    if (!answers) return;
    clearSelection();
    await conclude(together(answers, operation), { focus, ...options });
  } catch (error) {
    explain(error);
  }
}

/** Let the person pick a folder, then move or copy the things there. */
export async function pickAndPlace(operation, things, options) {
  if (!things.length) return;
  let target = "";
  const picked = await askFolder({
    title: TITLES[operation](things),
    submit: SUBMITS[operation],
    url: vault()[`${operation}Url`],
    // Those among them that are folders are not offered as places.
    ids: things.map((thing) => thing.id),
    save: (place) => {
      target = place;
    },
  });
  if (picked) await place(operation, things, target, options);
}
