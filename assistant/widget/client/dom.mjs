// Nodes without HTML strings: works under a strict content security policy with Trusted Types required and no policy allowed.

const SVG = "http://www.w3.org/2000/svg";

// h("button", {type: "button", class: "x", onclick: f}, child, ...); false, null and undefined attributes and children are left out.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

const PATHS = {
  chat: "M12 3C6.9 3 3 6.6 3 11c0 2.3 1.1 4.4 2.9 5.8L5 21l4.4-2.2c.8.2 1.7.3 2.6.3 5.1 0 9-3.6 9-8.1S17.1 3 12 3Z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12h14M13 6l6 6-6 6",
  stop: "M7 7h10v10H7z",
  fresh: "M12 5v14M5 12h14",
  source: "M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5",
  again: "M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5",
  open: "M9 6l6 6-6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  thumb: "M7 11v9H4v-9h3l4-8q3 0 2 6h6l-2 11H7",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  svg.setAttribute("class", `icon ${name}`);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// Questions that ask themselves when they are clicked; an empty text when there are none.
export function chips(label, ask, texts = []) {
  const item = (text) => h("li", {}, h("button", { type: "button", onclick: () => ask(text) }, text, icon("open")));
  return texts[0] ? h("ul", { class: "chips", "aria-label": label }, texts.map(item)) : "";
}

export function name(node, label) {
  node.setAttribute("aria-label", label);
  if (node.tagName === "BUTTON") node.title = label;
}
