// Sizes and spans of time, as people read them.
import { gettext, ngettext } from "./words.js";

const UNITS = ["", "kB", "MB", "GB", "TB"];
// As the page's language writes numbers.
const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
const tenths = (value) => value.toLocaleString(document.documentElement.lang, TENTHS);
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A number of bytes: "1.4 MB", with no line break inside. */
export function bytes(size) {
  let unit = 0;
  let value = size;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (!unit) return `${Math.round(value)}\u00a0${ngettext("byte", "bytes", Math.round(value))}`;
  return `${value < 100 ? tenths(value) : Math.round(value)}\u00a0${UNITS[unit]}`;
}

/** A number of seconds, in no finer steps than anybody can rely on: "3 min", "2 h 10 min". */
export function duration(seconds) {
  if (seconds < 10) return gettext("a few seconds");
  if (seconds < MINUTE) return `${10 * Math.ceil(seconds / 10)}\u00a0s`;
  if (seconds < HOUR) return `${Math.ceil(seconds / MINUTE)}\u00a0min`;
  if (seconds >= 2 * DAY) return `${Math.round(seconds / DAY)}\u00a0${gettext("days")}`;
  const minutes = 10 * Math.round((seconds % HOUR) / MINUTE / 10);
  const hours = Math.floor(seconds / HOUR) + (minutes === 60 ? 1 : 0);
  return `${hours}\u00a0h${minutes % 60 ? ` ${minutes}\u00a0min` : ""}`;
}
