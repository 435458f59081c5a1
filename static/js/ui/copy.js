// Buttons that copy the text of another element: data-copy names it.
import { toast } from "./toast.js";
import { gettext } from "./words.js";

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    getSelection().selectAllChildren(source);
    toast({ message: gettext("The browser refused. It is marked: copy it yourself."), kind: "warning" });
    return;
  }
  button.lastChild.textContent = gettext("Copied");
  toast({ message: gettext("It is in the clipboard."), kind: "success" });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
