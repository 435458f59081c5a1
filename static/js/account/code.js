// Code fields: pasted codes are tidied, a whole one is sent by itself, a wait is counted down.
import { fill, gettext } from "../ui/words.js";

function tidy(input) {
  const wanted = Number(input.dataset.code);
  const digits = input.value.replace(/\D/g, "").slice(0, wanted);
  if (digits !== input.value) input.value = digits;
  return digits.length === wanted;
}

for (const form of document.querySelectorAll("[data-code-form]")) {
  const input = form.querySelector("[data-code]");
  if (!input) continue;
  let sent = false;
  form.addEventListener("submit", (event) => {
    // One code is good once: a second press of the key must not spend the answer to the first.
    if (sent) event.preventDefault();
    sent = true;
  });
  // Back to this page by the browser's button: it can be used again.
  window.addEventListener("pageshow", () => { sent = false; });
  input.addEventListener("input", () => {
    if (tidy(input) && !sent) form.requestSubmit();
  });
}

const clock = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;

for (const place of document.querySelectorAll("[data-wait]")) {
  const end = Date.now() + Number(place.dataset.wait) * 1000;
  const buttons = place.closest("form")?.querySelectorAll("button") ?? [];
  const show = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    for (const button of buttons) button.disabled = left > 0;
    place.textContent = left
      ? fill(gettext("You can try again in %(time)s."), { time: clock(left) })
      : gettext("You can try again now.");
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(show, 1000);
  show();
}
