// The same sprite as the template tag's, found by the address that the page names.
const SVG = "http://www.w3.org/2000/svg";

export function icon(name, size = 20) {
  const sprite = document.querySelector('meta[name="icons"]')?.content ?? "";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", `${size / 16}rem`);
  svg.setAttribute("height", `${size / 16}rem`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
