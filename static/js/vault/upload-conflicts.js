// Which names are taken, asked before any byte is sent.
import { askConflict } from "./dialogs.js";
import { Refusal, explain, postJson } from "./requests.js";

// Paths in one question: some hundred kilobytes.
const PATHS = 2000;

async function conflictsOf(paths, url) {
  const found = [];
  for (let start = 0; start < paths.length; start += PATHS) {
    try {
      const { conflicts } = await postJson(url, { paths: paths.slice(start, start + PATHS) });
      found.push(...conflicts);
    } catch (error) {
      // A name that cannot be: its own upload will say so; the others go on.
      if (!(error instanceof Refusal) || error.status !== 400) throw error;
    }
  }
  return found;
}

/**
 * Ask what to do about each path that is taken. Resolves to a map of path to keep_both, replace
 * or skip, whose `forAll` is the choice made for all, if one was; null where the person gave up.
 */
export async function settle(items, url) {
  const decisions = new Map();
  let conflicts;
  try {
    conflicts = await conflictsOf(
      items.map(({ path }) => path),
      url,
    );
  } catch (error) {
    explain(error);
    return null;
  }
  for (const [index, path] of conflicts.entries()) {
    const rest = conflicts.slice(index);
    const answer = await askConflict(path, { more: rest.length > 1 });
    if (!answer) return null;
    for (const other of answer.all ? rest : [path]) decisions.set(other, answer.choice);
    if (!answer.all) continue;
    decisions.forAll = answer.choice;
    break;
  }
  return decisions;
}
