// A small part of Markdown: paragraphs, headings, lists, code, bold, emphasis, links, and citations [n].
// Text becomes a tree of plain values and the tree becomes DOM nodes; no HTML string exists at any point.
// Images are never made: a picture's address is a way to carry text out of the page.

const FENCE = /^ {0,3}(```|~~~)\s*([\w+-]*)/;
const BULLET = /^ {0,6}[-*+•] +(.*)$/;
const NUMBER = /^ {0,6}(\d{1,4})[.)、] *(.*)$/;
const HEADING = /^ {0,3}#{1,6} +(.*?)#*$/;

export function parseBlocks(text) {
  const blocks = [];
  let paragraph = [];
  const lines = text.split(/\r\n|\r|\n/);
  const flush = () => {
    if (paragraph.length) blocks.push({ kind: "p", inline: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  const listItem = (kind, content, start) => {
    flush();
    const last = blocks[blocks.length - 1];
    const item = parseInline(content);
    if (last && last.kind === kind && last.open) last.items.push(item);
    else blocks.push({ kind, start, open: true, items: [item] });
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    const fence = FENCE.exec(line);
    let found;
    if (fence) {
      flush();
      const code = [];
      while (++at < lines.length && !lines[at].trimStart().startsWith(fence[1])) code.push(lines[at]);
      blocks.push({ kind: "code", language: fence[2], text: code.join("\n") });
    } else if (!line.trim()) {
      flush();
    } else if ((found = HEADING.exec(line))) {
      flush();
      blocks.push({ kind: "h", inline: parseInline(found[1]) });
    } else if ((found = BULLET.exec(line))) {
      listItem("ul", found[1]);
    } else if ((found = NUMBER.exec(line)) && (found[2] || paragraph.length === 0)) {
      listItem("ol", found[2], Number(found[1]));
    } else {
      const last = blocks[blocks.length - 1];
      if (last && last.open && !paragraph.length && /^\s{2,}\S/.test(line)) {
        last.items[last.items.length - 1].push(...parseInline("\n" + line.trim()));
        continue;
      }
      if (last) last.open = false;
      paragraph.push(line);
    }
  }
  flush();
  for (const block of blocks) delete block.open;
  return blocks;
}

// Every run has a longest length, so that no text takes more than a moment to read.
const INLINE = new RegExp(
  [
    "(?<tick>`{1,5})(?<code>[^]{0,999}?[^`])\\k<tick>(?!`)",
    "!\\[(?<alt>[^\\]]{0,999})\\]\\([^)]{0,999}\\)",
    "\\[(?<label>[^\\[\\]]{1,999})\\]\\((?<href>[^()\\s]{1,999}(?:\\([^()\\s]{0,99}\\)[^()\\s]{0,99})?)(?:\\s+\"[^\"]{0,99}\")?\\)",
    "[\\[【](?<cites>\\d{1,2}(?:\\s*[,，、]\\s*\\d{1,2})*)[\\]】]",
    "\\*\\*(?<bold>[^\\s*](?:[^]{0,999}?[^\\s])?)\\*\\*",
    "(?<![\\w*])\\*(?<em>[^\\s*](?:[^*\\n]{0,999}[^\\s*])?)\\*(?![\\w*])",
    "(?<bare>https?://[^\\s<>\"'`()\\[\\]，。；：！？、）】]+[^\\s<>\"'`()\\[\\]，。；：！？、）】.,;:!?])",
  ].join("|"),
  "g",
);

export function parseInline(text, depth = 0) {
  const out = [];
  let end = 0;
  const plain = (until) => until > end && out.push({ kind: "text", text: text.slice(end, until) });
  for (const match of text.matchAll(INLINE)) {
    plain(match.index);
    end = match.index + match[0].length;
    const { code, alt, label, href, cites, bold, em, bare } = match.groups;
    const inside = (words) => (depth < 4 ? parseInline(words, depth + 1) : [{ kind: "text", text: words }]);
    if (code !== undefined) out.push({ kind: "code", text: code });
    else if (alt !== undefined) out.push({ kind: "text", text: alt });
    else if (cites) for (const n of cites.split(/\D+/)) out.push({ kind: "cite", n: Number(n), text: `[${n}]` });
    else if (bold !== undefined) out.push({ kind: "strong", inline: inside(bold) });
    else if (em !== undefined) out.push({ kind: "em", inline: inside(em) });
    else {
      const target = safeLink(bare || href);
      const inline = bare ? [{ kind: "text", text: bare }] : inside(label);
      out.push(...(target ? [{ kind: "link", href: target, inline }] : inline));
    }
  }
  plain(text.length);
  return out;
}

// The address if it is absolute http, https or mailto; else null. The browser's own parser decides, so no spelling slips by.
export function safeLink(href) {
  try {
    const url = new URL(href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// `cite(n)` gives the node for citation n, or null when n is not among the sources: then it stays text.
export function inlineNodes(inline, h, cite) {
  return inline.flatMap((part) => {
    if (part.kind === "text") return textNodes(part.text, h);
    if (part.kind === "code") return h("code", {}, part.text);
    if (part.kind === "cite") return cite(part.n) || part.text;
    if (part.kind === "link") return link(part.href, h, inlineNodes(part.inline, h, () => null));
    return h(part.kind, {}, inlineNodes(part.inline, h, cite));
  });
}

function textNodes(text, h) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : line));
}

export function link(href, h, children) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
}

export function blockNode(block, h, cite) {
  if (block.kind === "code") return h("pre", { tabindex: "0", dir: "ltr" }, h("code", {}, block.text));
  if (block.kind === "ul" || block.kind === "ol") {
    const items = block.items.map((item) => h("li", {}, inlineNodes(item, h, cite)));
    return h(block.kind, block.start > 1 ? { start: block.start } : {}, items);
  }
  if (block.kind === "h") return h("p", {}, h("strong", {}, inlineNodes(block.inline, h, cite)));
  return h("p", {}, inlineNodes(block.inline, h, cite));
}

// The words alone, for a screen reader: no marks, no citations.
export function plainText(text) {
  const words = (inline) => inline.map((p) => (p.inline ? words(p.inline) : p.kind === "cite" ? "" : p.text)).join("");
  return parseBlocks(text)
    .map((block) => (block.items ? block.items.map(words).join("\n") : block.inline ? words(block.inline) : block.text))
    .join("\n");
}
