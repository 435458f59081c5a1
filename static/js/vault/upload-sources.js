// Where files come from: buttons, the clipboard, what was left over on the server.
import { startGuarding } from "./leaving.js";
import { Refusal, ask, explain, page } from "./requests.js";

const INPUTS = "#pick-files, #pick-folder, #pick-again";
// Whoever comes near one of these is likely to upload something.
const SIGNS = '[data-action="upload-files"], [data-action="upload-folder"], #uploads';

let engine = null;
let loading = null;

async function fetchEngine() {
  // All of its modules at once, instead of one level after the other.
  document.head.append(document.getElementById("upload-modules").content.cloneNode(true));
  try {
    engine = await import("./upload-engine.js");
  } catch {
    loading = null;
    throw new Refusal(0, {});
  }
  return engine;
}

// A third of all scripts, and most pages are looked at without uploading anything.
function load() {
  loading ??= fetchEngine();
  return loading;
}

/** Upload files: see `upload` in uploads.js. Resolves when they are in the queue. */
export async function upload(items, folder) {
  try {
    await (await load()).upload(items, folder);
  } catch (error) {
    explain(error);
  }
}

const picked = (files) =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

// The input is emptied at once: the same file may be chosen again, and Back brings nothing back.
function take(input) {
  const files = [...input.files];
  input.value = "";
  if (input.id === "pick-again") engine.takeAgain(files);
  else upload(picked(files));
}

// Browsers that lend handles can go on after a reload without asking for the files again.
async function pickFiles() {
  const input = document.getElementById("pick-files");
  if (!window.showOpenFilePicker) {
    input.click();
    return;
  }
  try {
    const handles = await window.showOpenFilePicker({ multiple: true });
    const files = await Promise.all(handles.map((handle) => handle.getFile()));
    upload(files.map((file, index) => ({ file, path: file.name, handle: handles[index] })));
  } catch (error) {
    // Closed without a choice; or refused, as browsers do inside of other pages.
    if (error.name !== "AbortError") input.click();
  }
}

function onPaste(event) {
  const files = event.clipboardData?.files ?? [];
  if (!files.length || page() !== "folder") return;
  event.preventDefault();
  upload(picked(files));
}

function onClick(event) {
  const action = event.target.closest?.("[data-action]")?.dataset.action;
  if (action === "upload-files") pickFiles();
  if (action === "upload-folder") document.getElementById("pick-folder").click();
  if (action === "uploads-choose") document.getElementById("pick-again").click();
}

// Not yet needed: whatever fails here is told when it is.
const prepare = () => load().catch(() => {});

function onSign(event) {
  if (event.target.closest?.(SIGNS) || event.dataTransfer?.types.includes("Files")) prepare();
}

async function recall() {
  try {
    const { uploads } = await ask("/files/uploads/");
    if (uploads.length) await (await load()).recall();
  } catch (error) {
    // Not now. Whoever chooses a file again finds it all the same.
    if (!(error instanceof Refusal)) throw error;
  }
}

/** Start listening. */
export function startUploads() {
  if (!document.getElementById("uploads")) return;
  document.addEventListener("click", onClick);
  for (const sign of ["pointerover", "focusin", "dragenter"]) {
    document.addEventListener(sign, onSign, { passive: true });
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(INPUTS)) take(event.target);
  });
  document.addEventListener("paste", onPaste);
  startGuarding(() => engine?.isUnderWay());
  // Chosen before this script had arrived.
  for (const input of document.querySelectorAll(INPUTS)) if (input.files.length) take(input);
  recall();
}
