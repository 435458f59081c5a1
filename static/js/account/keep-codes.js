// Recovery codes are shown once: download, copy or print them.
import { gettext } from "../ui/words.js";

const bar = document.querySelector("[data-keep-codes]");
const codes = document.querySelector("#codes");

if (bar && codes) {
  const text = `${bar.dataset.head}\n\n${codes.textContent.trim()}\n`;
  const status = document.querySelector("[data-kept]");
  bar.hidden = false;
  bar.querySelector("[data-download]").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = bar.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
    status.textContent = gettext("Downloaded. Keep the file somewhere safe.");
  });
  bar.querySelector("[data-copy]").addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    status.textContent = gettext("Copied. Paste them into your password manager.");
  });
  bar.querySelector("[data-print]").addEventListener("click", () => window.print());
}
