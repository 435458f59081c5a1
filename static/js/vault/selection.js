// What is selected in the list, by pointer and by keyboard.

const selected = new Map();
let anchor = null;

const entries = () => [...document.querySelectorAll("#rows > .entry")];
const byId = (id) => document.querySelector(`#rows > .entry[data-id="${id}"]`);

/** The entries that are selected: [{id, name, size, kind}], in the order of the list. */
export function selection() {
  return [...selected.values()];
}

/** Select exactly these elements. */
export function selectOnly(elements) {
  selected.clear();
  for (const element of elements) add(element);
  show();
}

export function clearSelection() {
  selectOnly([]);
}

/** The entry that keys act on: the focused one. */
export function current() {
  return document.activeElement?.closest?.("#rows > .entry") ?? null;
}

/** Make an entry the one that Tab reaches, and focus it. */
export function focusEntry(element) {
  if (!element) return;
  for (const entry of entries()) entry.tabIndex = -1;
  element.tabIndex = 0;
  element.focus();
}

function add(element) {
  const { id, name, kind, size } = element.dataset;
  selected.set(id, { id, name, kind, size: Number(size) });
}

function toggle(element) {
  if (!selected.delete(element.dataset.id)) add(element);
  anchor = element.dataset.id;
  show();
}

function selectRange(to) {
  const all = entries();
  const from = all.indexOf(byId(anchor) ?? to);
  const [start, stop] = [from, all.indexOf(to)].sort((a, b) => a - b);
  selectOnly(all.slice(start, stop + 1));
}

function bytes(size) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function show() {
  for (const entry of entries()) {
    const on = selected.has(entry.dataset.id);
    entry.setAttribute("aria-selected", String(on));
    const check = entry.querySelector(".entry__check");
    if (check) check.checked = on;
  }
  const bar = document.getElementById("selection-bar");
  const size = selection().reduce((sum, entry) => sum + entry.size, 0);
  if (bar) {
    bar.classList.toggle("is-active", selected.size > 0);
    bar.querySelector("[data-selection-count]").textContent = selected.size;
    bar.querySelector("[data-selection-size]").textContent = size ? bytes(size) : "";
  }
  const status = document.getElementById("selection-status");
  if (status) status.textContent = selected.size ? `${selected.size} selected` : "";
}

function restore() {
  // After the list was read again: what is no longer in it is no longer selected.
  for (const id of [...selected.keys()]) if (!byId(id)) selected.delete(id);
  const all = entries();
  if (all.length && !all.some((entry) => entry.tabIndex === 0)) all[0].tabIndex = 0;
  show();
}

function pick(event, entry) {
  if (event.target.closest("button")) return;
  if (event.target.closest(".entry__check")) {
    if (event.shiftKey) selectRange(entry);
    else toggle(entry);
    return;
  }
  if (event.target.closest("a") && !(event.ctrlKey || event.metaKey || event.shiftKey)) return;
  event.preventDefault();
  if (event.shiftKey) selectRange(entry);
  else if (event.ctrlKey || event.metaKey) toggle(entry);
  else {
    anchor = entry.dataset.id;
    selectOnly([entry]);
  }
  focusEntry(entry);
}

function columns() {
  const all = entries();
  const top = all[0]?.offsetTop;
  const count = all.findIndex((entry) => entry.offsetTop !== top);
  return count === -1 ? all.length : count;
}

function step(key, index, count) {
  const grid = document.querySelector(".entries--grid");
  const moves = { ArrowDown: grid ? columns() : 1, ArrowUp: grid ? -columns() : -1 };
  if (grid) Object.assign(moves, { ArrowRight: 1, ArrowLeft: -1 });
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return key in moves ? Math.min(Math.max(index + moves[key], 0), count - 1) : null;
}

function onKey(event) {
  const entry = current();
  if (!entry || event.target !== entry) return;
  const all = entries();
  const next = step(event.key, all.indexOf(entry), all.length);
  if (next !== null) {
    event.preventDefault();
    anchor ??= entry.dataset.id;
    if (event.shiftKey) selectRange(all[next]);
    else anchor = all[next].dataset.id;
    focusEntry(all[next]);
  } else if (event.key === " ") {
    event.preventDefault();
    toggle(entry);
  } else if (event.key === "Enter") {
    event.preventDefault();
    entry.querySelector(".entry__link[href]")?.click();
  } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    selectOnly(all);
  }
}

/** Start listening. */
export function startSelection() {
  document.addEventListener("click", (event) => {
    const entry = event.target.closest?.("#rows > .entry");
    if (entry) pick(event, entry);
  });
  document.addEventListener("dblclick", (event) => {
    const entry = event.target.closest?.("#rows > .entry");
    if (entry && !event.target.closest("button, input, a")) {
      entry.querySelector(".entry__link[href]")?.click();
    }
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const entry = event.target.closest?.("#rows > .entry");
    if (entry) for (const other of entries()) other.tabIndex = other === entry ? 0 : -1;
  });
  document.addEventListener("htmx:afterSettle", restore);
  document.addEventListener("vault:listed", restore);
  restore();
}
