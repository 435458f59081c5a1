// Short messages at the edge of the page, read out politely by screen readers.
import { icon } from "./icon.js";
import { gettext } from "./words.js";

const ICONS = { success: "check", warning: "warning", error: "error", info: "info" };
// Milliseconds. Whatever offers an action stays longer; an error stays until it is closed.
const READING = 6000;
const ACTING = 12000;

function button(label, className) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = label;
  return element;
}

function closeButton(close) {
  const element = button("", "button button--quiet button--icon");
  element.setAttribute("aria-label", gettext("Dismiss"));
  element.append(icon("close", 18));
  element.addEventListener("click", close);
  return element;
}

// Leave time to whoever is pointing at it or has moved the focus into it.
function closeLater(element, timeout, close) {
  let timer = setTimeout(close, timeout);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(close, timeout);
  };
  element.addEventListener("pointerenter", hold);
  element.addEventListener("pointerleave", release);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", release);
}

/**
 * Show a message. `action` is {label, run}; `kind` is info, success, warning or error;
 * `timeout` in milliseconds, 0 for "until closed". Returns a function that closes it.
 */
export function toast({ message, action, kind = "info", timeout }) {
  const region = document.getElementById("toasts");
  const element = document.createElement("div");
  element.className = `toast toast--${kind}`;
  const text = document.createElement("p");
  text.textContent = message;
  const close = () => {
    element.remove();
    if (!region.childElementCount && region.matches(":popover-open")) region.hidePopover();
  };
  element.append(icon(ICONS[kind] ?? "info"), text);
  if (action) {
    const act = button(action.label, "button button--quiet button--small");
    act.addEventListener("click", () => {
      close();
      action.run();
    });
    element.append(act);
  }
  element.append(closeButton(close));
  // Opened anew each time, so that it lies above a dialog that was opened meanwhile.
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
  region.append(element);
  const wait = timeout ?? (kind === "error" ? 0 : action ? ACTING : READING);
  if (wait) closeLater(element, wait, close);
  return close;
}
