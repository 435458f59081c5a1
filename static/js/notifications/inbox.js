// The inbox: says what was done and offers the way back, and keeps the focus where work goes on.
import { csrfToken } from "../ui/csrf.js";
import { toast } from "../ui/toast.js";
import { gettext } from "../ui/words.js";

const inbox = () => document.getElementById("inbox");
const form = () => inbox()?.querySelector("form");
const rowOf = (element) => element?.closest?.(".notice-row");

let place = -1;

function undo(fields) {
  const { changeUrl, unreadAllUrl } = inbox().dataset;
  const url = fields.at ? unreadAllUrl : changeUrl;
  const query = form()?.elements.next?.value ?? window.location.search.slice(1);
  const values = { ...fields, next: query };
  window.htmx.ajax("POST", url, { target: "#inbox", swap: "outerHTML", values });
}

document.addEventListener("notifications:said", (event) => {
  const { message, undo: fields } = event.detail;
  const action = fields ? { label: gettext("Undo"), run: () => undo(fields) } : undefined;
  toast({ message, kind: "success", action });
  document.dispatchEvent(new Event("notifications:changed"));
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of form().querySelectorAll("input[name=id]")) box.checked = event.target.checked;
});

// Following a notification reads it. The beacon outlives the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-read]");
  if (!link) return;
  const body = new URLSearchParams({ change: `read ${link.dataset.read}` });
  const headers = { "X-CSRFToken": csrfToken() };
  fetch(inbox().dataset.changeUrl, { method: "POST", body, headers, keepalive: true });
});

document.addEventListener("htmx:beforeRequest", () => {
  const row = rowOf(document.activeElement);
  place = row ? [...row.parentElement.children].indexOf(row) : -1;
});

function reveal() {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
}

reveal();
document.addEventListener("htmx:afterSwap", () => {
  reveal();
  const lost = document.activeElement === null || document.activeElement === document.body;
  const rows = inbox()?.querySelectorAll(".notice-row") ?? [];
  if (!lost) return;
  const next = rows[Math.min(Math.max(place, 0), rows.length - 1)];
  (next?.querySelector("a, button") ?? inbox()?.querySelector(".tabs a"))?.focus();
});

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  const plain = status === 400 && responseText.length < 200;
  toast({ message: plain ? responseText : gettext("That did not work. Reload the page."), kind: "error" });
});
