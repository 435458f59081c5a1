// What scripts say, in the page's language: as Django's catalogue of scripts has it, which
// base.html loads before them in every language but English. Names are those that makemessages
// looks for: docs/translating.md.

const catalogue = window.django;

export const gettext = (text) => catalogue?.gettext(text) ?? text;

export function ngettext(one, many, count) {
  return catalogue?.ngettext(one, many, count) ?? (count === 1 ? one : many);
}

/** Fill places such as %(name)s. */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_place, name) => values[name]);
}

/** "1 item", "12 items". */
export const items = (count) => fill(ngettext("%(count)s item", "%(count)s items", count), { count });

/** "1 file", "12 files". */
export const files = (count) => fill(ngettext("%(count)s file", "%(count)s files", count), { count });
