// Reading the list again in place: as much of it as was loaded, with focus and scroll kept.
import { Refusal, explain } from "./requests.js";

// A page holds a hundred entries. Who has scrolled past this many sees the list shrink.
const MAX_PAGES = 50;

let latest = 0;
let held = false;
let missed = false;

/** Leave the list as it is until `releaseRefresh`, which makes up for what was missed. */
export function holdRefresh() {
  held = true;
}

export function releaseRefresh() {
  held = false;
  if (missed) refresh();
}

const rowsOf = (root) => root.querySelector("#rows");
const count = (rows) => rows?.querySelectorAll(":scope > .entry").length ?? 0;

async function fetchParts(url, isTable) {
  const address = new URL(url, window.location.href);
  let response;
  try {
    response = await fetch(address, { headers: { "HX-Request": "true" } });
  } catch {
    throw new Refusal(0, {});
  }
  if (!response.ok) throw new Refusal(response.status, {});
  const html = await response.text();
  // Rows of a table are only understood inside of one.
  const whole = isTable ? `<table><tbody>${html}</tbody></table>` : html;
  return new DOMParser().parseFromString(whole, "text/html");
}

async function readListing(url, wanted) {
  const fresh = (await fetchParts(url, false)).getElementById("listing");
  if (!fresh) throw new Refusal(500, {});
  const rows = rowsOf(fresh);
  for (let pages = 1; pages < MAX_PAGES && rows && count(rows) < wanted; pages += 1) {
    const more = rows.querySelector(":scope > .next-page");
    const next = more?.querySelector("[hx-get]")?.getAttribute("hx-get");
    if (!next) break;
    const address = new URL(next, new URL(url, window.location.href));
    const part = await fetchParts(address, rows.tagName === "TBODY");
    more.replaceWith(...(part.querySelector("tbody") ?? part.body).children);
  }
  return fresh;
}

// Where the focus is inside the list: the entry, and which of its controls.
function focusPlace(listing) {
  const focused = document.activeElement;
  const entry = listing.contains(focused) && focused.closest(".entry");
  if (!entry) return null;
  const control = ["input", "a", "button"].find((name) => focused.matches(name)) ?? "";
  return { id: entry.dataset.id, control };
}

function giveFocusBack(listing, place) {
  const entry = place && listing.querySelector(`.entry[data-id="${place.id}"]`);
  if (!entry) return;
  const target = (place.control && entry.querySelector(place.control)) || entry;
  target.focus({ preventScroll: true });
}

function replace(listing, fresh) {
  const place = focusPlace(listing);
  const { scrollX, scrollY } = window;
  listing.replaceWith(fresh);
  window.htmx.process(fresh);
  giveFocusBack(fresh, place);
  window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  document.dispatchEvent(new CustomEvent("vault:listed"));
}

/**
 * Read the list again. What is selected, focused and scrolled to stays. Where two overlap, the
 * later one counts. Resolves once the list is new; failures are told as a toast.
 */
export async function refresh() {
  const listing = document.getElementById("listing");
  missed = held;
  if (!listing || held) return;
  latest += 1;
  const own = latest;
  try {
    const fresh = await readListing(listing.dataset.refreshUrl, count(rowsOf(listing)));
    const old = document.getElementById("listing");
    // Meanwhile the page may show something else: the results of a search.
    missed ||= held;
    if (held || own !== latest || old?.dataset.refreshUrl !== listing.dataset.refreshUrl) return;
    replace(old, document.adoptNode(fresh));
  } catch (error) {
    explain(error);
  }
}
