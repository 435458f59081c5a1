// Whether there is room, asked before any byte is sent.
import { bytes } from "../ui/measures.js";
import { confirmDialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";
import { fill, gettext, ngettext } from "../ui/words.js";
import { Refusal, ask, vault } from "./requests.js";

// So little is not worth a question; the server refuses it where there is really no room.
const TRIFLE = 1_000_000;

// In the order they came, as many as fit.
function firstOf(items, free) {
  const fits = new Set();
  let left = free;
  for (const item of items) {
    if (item.file.size > left) continue;
    left -= item.file.size;
    fits.add(item);
  }
  return fits;
}

const toSpace = { label: gettext("What takes it"), run: () => window.location.assign("/files/space/") };

/**
 * Which of the items fit into the person's space, as a set; null where none do, or where the
 * person would rather send none. A folder of somebody else's takes of their space: unknown here.
 */
export async function fitting(items, folder) {
  const all = new Set(items);
  const total = items.reduce((sum, { file }) => sum + file.size, 0);
  if (total < TRIFLE || folder !== vault().folder || vault().shared) return all;
  let space;
  try {
    space = await ask("/files/space/");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return all;
  }
  if (total <= space.free) return all;
  const fits = firstOf(items, space.free);
  const sizes = { total: bytes(total), free: bytes(space.free), quota: bytes(space.quota) };
  const words = fill(gettext("%(total)s are too much: %(free)s of your %(quota)s are free."), sizes);
  if (!fits.size) {
    toast({ message: `${words} ${gettext("Nothing was uploaded.")}`, kind: "error", action: toSpace });
    return null;
  }
  const some = ngettext("%(count)s file fits.", "%(count)s files fit.", fits.size);
  const sure = await confirmDialog({
    title: gettext("Not all of it fits"),
    message: `${words} ${fill(some, { count: fits.size })}`,
    confirm: gettext("Upload what fits"),
  });
  return sure ? fits : null;
}
