// Whoever leaves while files are on their way is asked. A download does not leave, though a browser
// takes some for it: a form that brings a zip, and a link whose answer leads to another origin, as
// the bucket's is. Then it forgets that the link said "download", and goes there as to a page.

// For so long an answer to a download is waited for.
const ANSWER_MS = 10_000;

let downloads = 0;
let begun = 0;

function isDownload(event) {
  if (event.type === "submit") return event.submitter?.dataset.action === "download-selection";
  return Boolean(event.target.closest?.("a[download]"));
}

// Whatever is done after a download may be leaving again.
function note(event) {
  downloads = isDownload(event) ? downloads + 1 : 0;
  begun = performance.now();
}

// Each download may look like leaving once.
function isDownloading() {
  if (!downloads || performance.now() - begun > ANSWER_MS) return false;
  downloads -= 1;
  return true;
}

/** Ask whoever leaves the page while `isUnderWay()`. */
export function startGuarding(isUnderWay) {
  // Before others hear of it: an action of theirs may click on a link in its turn.
  for (const type of ["click", "submit"]) document.addEventListener(type, note, { capture: true });
  window.addEventListener("beforeunload", (event) => {
    if (isUnderWay() && !isDownloading()) event.preventDefault();
  });
}
