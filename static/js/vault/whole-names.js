// Names that a list has cut off are there whole where the pointer rests.

const NAMES = ".entry__link > bdi";

function show({ target }) {
  if (!target.matches?.(NAMES)) return;
  const isCut = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
  if (isCut) target.title = target.textContent;
  else target.removeAttribute("title");
}

/** Start listening. */
export const startWholeNames = () => document.addEventListener("pointerover", show);
