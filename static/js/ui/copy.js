// Buttons that copy the text of another element: data-copy names it.
import { gettext } from "./words.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.lastChild.textContent = gettext("Copied");
  });
}
