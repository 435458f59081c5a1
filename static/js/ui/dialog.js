// Modal dialogs on the browser's own <dialog>: it traps the focus and gives it back.
import { icon } from "./icon.js";
import { gettext } from "./words.js";

const FIELDS = ".dialog__body :is(input:not([type=hidden]), select, textarea):not(:disabled)";

function closest(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

// Once for all dialogs: whatever carries data-close closes its dialog; so does the backdrop.
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.classList.contains("dialog")) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    // A click by keyboard has no place on the screen.
    if (!inside && event.detail) event.target.close("");
    return;
  }
  closest(event, "[data-close]")?.closest("dialog")?.close("");
});

/** Open a dialog, given itself or its id, and return it. */
export function openDialog(dialog) {
  const element = typeof dialog === "string" ? document.getElementById(dialog) : dialog;
  if (!element.open) {
    element.returnValue = "";
    element.showModal();
    // The first field, not the close button that stands before it.
    if (!element.querySelector("[autofocus]")) element.querySelector(FIELDS)?.focus();
  }
  return element;
}

function build(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function choice(label, value, className) {
  const element = build("button", className, label);
  element.type = "button";
  element.value = value;
  return element;
}

let count = 0;

/** Ask before something that matters. Resolves to true only for the confirming button. */
export function confirmDialog({ title, message = "", confirm = gettext("Continue"), danger = false }) {
  count += 1;
  const heading = build("h2", "", title);
  heading.id = `confirm-title-${count}`;
  const text = build("p", "muted", message);
  text.id = `confirm-text-${count}`;
  const cancel = choice(gettext("Cancel"), "", "button");
  const accept = choice(confirm, "yes", `button button--${danger ? "danger" : "primary"}`);
  const close = build("button", "button button--quiet button--icon", icon("close"));
  close.type = "button";
  close.setAttribute("aria-label", gettext("Close"));
  const dialog = build(
    "dialog",
    "dialog",
    build("div", "dialog__head", heading, close),
    build("div", "dialog__body", text),
    build("div", "dialog__foot", cancel, accept),
  );
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.setAttribute("aria-describedby", text.id);
  for (const element of [close, cancel, accept]) {
    element.addEventListener("click", () => dialog.close(element.value));
  }
  document.body.append(dialog);
  openDialog(dialog);
  // What cannot be undone must not be one thoughtless Enter away.
  (danger ? cancel : accept).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
