// What is selected in the list, and which entry has the keyboard. Kept by id: lists are swapped.
import { bytes } from "../ui/measures.js";
import { fill, gettext } from "../ui/words.js";

const selected = new Map();
let anchor = "";

/** The entries of the list, in its order. */
export const entries = () => [...document.querySelectorAll("#rows > .entry")];

/** The entry with this id, or null. */
export const entryOf = (id) => document.querySelector(`#rows > .entry[data-id="${id}"]`);

/** The first entry of the list, or null. */
export const firstEntry = () => document.querySelector("#rows > .entry");

/** What an entry stands for: {id, name, kind, size, url}; size in bytes. */
export function thingOf(element) {
  const { id, name, kind, size, url } = element.dataset;
  return { id, name, kind, url, size: Number(size) };
}

/** What is selected, in the order of the list. */
export function selection() {
  return entries()
    .filter(({ dataset }) => selected.has(dataset.id))
    .map(thingOf);
}

export const isSelected = (element) => selected.has(element.dataset.id);
export const isAnySelected = () => selected.size > 0;

/** Select exactly these elements. */
export function selectOnly(elements) {
  selected.clear();
  for (const element of elements) selected.set(element.dataset.id, thingOf(element));
  show();
}

export function clearSelection() {
  anchor = "";
  if (selected.size) selectOnly([]);
}

/** Select one element alone; ranges start here. */
export function selectOne(element) {
  anchor = element.dataset.id;
  selectOnly([element]);
}

/** Select an element, or no longer; ranges start here. */
export function toggle(element) {
  anchor = element.dataset.id;
  if (!selected.delete(anchor)) selected.set(anchor, thingOf(element));
  show();
}

/** Select from where the last range started to this element. */
export function selectRange(to) {
  const all = entries();
  const from = all.indexOf(entryOf(anchor) ?? to);
  if (!entryOf(anchor)) anchor = to.dataset.id;
  const [start, stop] = [from, all.indexOf(to)].sort((a, b) => a - b);
  selectOnly(all.slice(start, stop + 1));
}

/** Let the next range start here; with `unless`, only where none has started. */
export function startRange(element, { unless = false } = {}) {
  if (!unless || !entryOf(anchor)) anchor = element.dataset.id;
}

/** The entry that keys act on: the one with the focus in it. */
export function current() {
  return document.activeElement?.closest?.("#rows > .entry") ?? null;
}

/** Make an entry the only one that Tab stops at. */
export function reach(element) {
  for (const entry of document.querySelectorAll('#rows > .entry[tabindex="0"]')) {
    if (entry !== element) entry.tabIndex = -1;
  }
  element.tabIndex = 0;
}

/** Focus an entry, if there is one. */
export function focusEntry(element) {
  if (!element) return;
  reach(element);
  element.focus();
}

/** The id of the entry that takes their place when the things are gone, or "". */
export function neighbour(things) {
  const gone = new Set(things.map(({ id }) => id));
  const all = entries();
  const last = all.findLastIndex(({ dataset }) => gone.has(dataset.id));
  const stays = ({ dataset }) => !gone.has(dataset.id);
  const near = all.slice(last + 1).find(stays) ?? all.slice(0, Math.max(last, 0)).findLast(stays);
  return near?.dataset.id ?? "";
}

function mark(entry, on) {
  const check = entry.querySelector(".entry__check");
  if (check && check.checked !== on) check.checked = on;
  // Of thousands, most stay as they are.
  if (entry.classList.contains("is-selected") === on) return;
  entry.classList.toggle("is-selected", on);
  // A row may be selected; an item of a list may not: there the checkbox says it.
  if (entry.localName === "tr") entry.setAttribute("aria-selected", String(on));
}

function showAll(count) {
  const box = document.querySelector("[data-pick-all]");
  if (!box) return;
  box.checked = count > 0 && selected.size === count;
  box.indeterminate = selected.size > 0 && !box.checked;
}

function show() {
  const all = entries();
  for (const entry of all) mark(entry, isSelected(entry));
  showAll(all.length);
  const size = [...selected.values()].reduce((sum, thing) => sum + thing.size, 0);
  const words = size ? bytes(size) : "";
  const bar = document.getElementById("selection-bar");
  if (bar) {
    bar.classList.toggle("is-active", selected.size > 0);
    bar.querySelector("[data-selection-count]").textContent = selected.size;
    bar.querySelector("[data-selection-size]").textContent = words;
  }
  const status = document.getElementById("selection-status");
  const text = [fill(gettext("%(count)s selected"), { count: selected.size }), words].filter(Boolean).join(", ");
  if (status) status.textContent = selected.size ? text : "";
}

/** After the list was read again: what is no longer in it is no longer selected. */
export function restoreSelection() {
  const all = entries();
  const there = new Set(all.map(({ dataset }) => dataset.id));
  for (const id of [...selected.keys()]) if (!there.has(id)) selected.delete(id);
  if (all.length && !all.some((entry) => entry.tabIndex === 0)) all[0].tabIndex = 0;
  show();
}

/** After the page was shown again by Back: browsers check boxes as they were left. */
export function adoptChecks() {
  selectOnly(entries().filter((entry) => entry.querySelector(".entry__check")?.checked));
}
