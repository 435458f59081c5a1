// What is loaded once there is something to upload, or something was interrupted.
import { toast } from "../ui/toast.js";
import { fill, gettext } from "../ui/words.js";
import { fileOf } from "./upload-handles.js";
import { isOf } from "./upload-keys.js";
import { startPanel } from "./upload-panel.js";
import { sameFile } from "./upload-resume.js";
import {
  cancelAll,
  close,
  goOn,
  interrupted,
  pauseAll,
  resumeAll,
  showUnfinished,
} from "./uploads.js";

export { isUnderWay, upload } from "./uploads.js";

const DISMISSED = "vault:uploads-dismissed";

const dismissed = () => JSON.parse(sessionStorage.getItem(DISMISSED) ?? "[]");

function dismiss() {
  sessionStorage.setItem(DISMISSED, JSON.stringify([...dismissed(), ...close()]));
}

/** Go on with what was interrupted, with files that were chosen again for it. */
export function takeAgain(files) {
  let strange = 0;
  for (const file of files) {
    const one = sameFile(interrupted(), file);
    if (one) goOn(one, file);
    else strange += 1;
  }
  if (!strange) return;
  const message =
    files.length === 1
      ? fill(gettext("“%(name)s” is none of those that were interrupted, or changed since. Upload such a file anew."), { name: files[0].name })
      : fill(gettext("%(count)s of these files are none of those that were interrupted, or changed since. Upload such a file anew."), { count: strange });
  toast({ message, kind: "warning" });
}

/** Show what was interrupted, and go on with it where the browser lets us read the files. */
export async function recall() {
  await showUnfinished({ except: new Set(dismissed()) });
  for (const one of interrupted()) {
    const file = one.handle && (await fileOf(one.handle, { ask: false }));
    if (file && isOf(one.key, one.path, file)) goOn(one, file);
  }
}

startPanel({
  onCancelAll: cancelAll,
  onPauseAll: pauseAll,
  onResumeAll: resumeAll,
  onClose: dismiss,
});
