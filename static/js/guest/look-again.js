// The preview of a link's page, looked for again while it is being made.
import { gettext } from "../ui/words.js";

const FIRST_WAIT = 700;
const LONGEST_WAIT = 5000;

async function look() {
  const answer = await fetch(window.location.href);
  if (!answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById("preview");
}

async function wait(preview) {
  let pause = FIRST_WAIT;
  for (let left = Number(preview.dataset.looks); left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 1.3, LONGEST_WAIT);
    const found = await look().catch(() => null);
    if (found && !found.ariaBusy) {
      preview.replaceWith(found);
      return;
    }
  }
  const words = preview.querySelector("p.muted");
  if (words) words.textContent = gettext("The preview takes long. Load the page again in a while.");
}

const preview = document.getElementById("preview");
if (preview?.ariaBusy) wait(preview);
