// What comes of an action: the words, the way back, the list read again, the focus placed.
import { toast } from "../ui/toast.js";
import { gettext } from "../ui/words.js";
import { refresh } from "./refresh.js";
import { explain, post } from "./requests.js";
import { entryOf, firstEntry, focusEntry } from "./selection.js";

const KEPT = "vault:said";

const onDetail = () => document.getElementById("detail") !== null;

async function undo({ url, ids, name, target, fields: more = {} }) {
  const fields = { conflict: "keep_both", ...more };
  if (ids) fields.id = ids;
  if (name !== undefined) fields.name = name;
  if (target) fields.target = target;
  const leave = onDetail() ? window.location.href : "";
  await act(() => post(url, fields), { undoable: false, leave });
}

function say({ message, undo: back }, undoable) {
  const action = undoable && back ? { label: gettext("Undo"), run: () => undo(back) } : undefined;
  toast({ message, kind: "success", action });
}

/** Put the focus where work goes on, unless something else has taken it meanwhile. */
function place(ids) {
  const focused = document.activeElement;
  const lost = !focused || focused === document.body || !focused.checkVisibility?.();
  const wanted = ids.map(entryOf).find(Boolean);
  if (wanted) {
    focusEntry(wanted);
    wanted.scrollIntoView({ block: "nearest" });
  } else if (lost) {
    focusEntry(firstEntry());
  }
}

/**
 * Say what came of it and read the list again; `answer` is the server's JSON.
 *
 * `leave`: go to this URL instead, and say it there. `focus`: ids of entries, of which the first
 * that is in the list gets the focus. `undoable`: whether to offer the way back.
 */
export async function conclude(answer, { undoable = true, leave = "", focus = [] } = {}) {
  if (leave) {
    const kept = { ...answer, undo: undoable ? answer.undo : null };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
    window.location.assign(leave);
    return;
  }
  say(answer, undoable);
  await refresh();
  if (!onDetail()) place(focus);
}

/** Run a request and conclude with its answer, or explain why not. Resolves to whether it did. */
export async function act(request, options = {}) {
  let answer;
  try {
    answer = await request();
  } catch (error) {
    explain(error);
    return false;
  }
  await conclude(answer, options);
  return true;
}

/** Say what the page before this one had to say. */
export function sayKept() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept) say(JSON.parse(kept), true);
}
