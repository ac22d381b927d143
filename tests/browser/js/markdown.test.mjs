// Markdown to a tree of plain values. Run by `node --test` (see test_js.py).

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseBlocks, parseInline, plainText, safeLink } from "../../../assistant/widget/client/markdown.mjs";

const kinds = (text) => parseBlocks(text).map((block) => block.kind);
const inlineKinds = (text) => parseInline(text).map((part) => part.kind);

test("blank lines part paragraphs and single breaks stay inside one", () => {
  const blocks = parseBlocks("a\nb\n\nc\r\n\r\n\r\nd");
  assert.deepEqual(blocks.map((block) => block.inline[0].text), ["a\nb", "c", "d"]);
});

test("bullets of every kind make one list", () => {
  assert.deepEqual(kinds("- a\n* b\n+ c\n• d"), ["ul"]);
  assert.equal(parseBlocks("- a\n* b\n+ c\n• d")[0].items.length, 4);
});

test("numbers make a list that keeps its start, Chinese marks included", () => {
  assert.equal(parseBlocks("3. c\n4. d")[0].start, 3);
  assert.deepEqual(kinds("1、甲\n2、乙"), ["ol"]);
});

test("a list right after a paragraph begins, and text after it ends it", () => {
  assert.deepEqual(kinds("Steps:\n1. a\n2. b\nDone."), ["p", "ol", "p"]);
});

test("an indented line belongs to the item above it", () => {
  const [list] = parseBlocks("- a\n  more\n- b");
  assert.equal(list.items.length, 2);
  assert.deepEqual(list.items[0].map((part) => part.text).join(""), "a\nmore");
});

test("a year at the start of a line is not a list", () => {
  assert.deepEqual(kinds("2025 was good"), ["p"]);
});

test("fences hold their text untouched, and an open one runs to the end", () => {
  assert.deepEqual(parseBlocks("```js\n**a**\n\n- b\n```\nc")[0], { kind: "code", language: "js", text: "**a**\n\n- b" });
  assert.deepEqual(parseBlocks("~~~\nx"), [{ kind: "code", language: "", text: "x" }]);
});

test("headings are lines of their own", () => {
  assert.deepEqual(kinds("# One\ntext"), ["h", "p"]);
  assert.deepEqual(kinds("#hashtag"), ["p"]);
});

test("bold, emphasis and code nest and stop where they should", () => {
  assert.deepEqual(inlineKinds("**a** *b* `c`"), ["strong", "text", "em", "text", "code"]);
  assert.deepEqual(inlineKinds("2 * 3 * 4"), ["text"]);
  assert.deepEqual(inlineKinds("**"), ["text"]);
  assert.deepEqual(inlineKinds("a**b**c").at(1), "strong");
  assert.equal(parseInline("`` a`b ``")[0].text, " a`b ");
});

test("citations come alone, in a row, in lists and in Chinese brackets", () => {
  const numbers = (text) => parseInline(text).filter((part) => part.kind === "cite").map((part) => part.n);
  assert.deepEqual(numbers("a [1]. b [2][3] c [4, 5] d 【6】 e [7，8]"), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(numbers("[100] [a] [1](https://x.org) []"), []);
});

test("links are http, https or mailto; the words of others stay", () => {
  assert.equal(parseInline("[a](https://x.org/p?q=1)")[0].href, "https://x.org/p?q=1");
  assert.equal(parseInline("[a](mailto:a@x.org)")[0].kind, "link");
  assert.equal(parseInline("[a](https://en.wikipedia.org/wiki/A_(b))")[0].href, "https://en.wikipedia.org/wiki/A_(b)");
  for (const href of ["javascript:x", "data:text/html,x", "//x.org", "/x", "vbscript:x", "file:///x", "blob:x", "HTTPS:", "http://"]) {
    assert.deepEqual(parseInline(`[a](${href})`), [{ kind: "text", text: "a" }], href);
  }
});

test("an address in the text is a link and does not swallow the full stop", () => {
  const parts = parseInline("See https://x.org/a. 请看 https://x.org/b。好");
  assert.deepEqual(parts.filter((part) => part.kind === "link").map((part) => part.href), ["https://x.org/a", "https://x.org/b"]);
});

test("images are their description and nothing else", () => {
  assert.deepEqual(parseInline("![a cat](https://x.org/?leak)"), [{ kind: "text", text: "a cat" }]);
});

test("deep nesting ends in text instead of a full stack", () => {
  const deep = "**".repeat(400) + "a" + "**".repeat(400);
  assert.ok(JSON.stringify(parseInline(deep)).includes("a"));
});

test("hostile lengths are read in no time", () => {
  const began = performance.now();
  for (const text of ["[".repeat(20000), "*".repeat(20000), "`".repeat(20000), "![".repeat(10000), "[a](".repeat(5000), "https://".repeat(5000), "- ".repeat(10000), "[1".repeat(10000), "**a".repeat(5000)]) {
    parseBlocks(text);
  }
  assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`);
});

test("every beginning of an answer is readable while it streams", () => {
  const text = "Hi **you** [1], see [x](https://x.org):\n\n1. `a`\n2. b\n\n```js\nf()\n```\nEnd.";
  for (let end = 0; end <= text.length; end++) assert.ok(Array.isArray(parseBlocks(text.slice(0, end))));
});

test("plain text has the words and none of the marks", () => {
  assert.equal(plainText("**Yes** [1], see [here](https://x.org).\n\n- a\n- b"), "Yes , see here.\na\nb");
});

test("the browser's own parser decides about addresses", () => {
  assert.equal(safeLink("https://x.org"), "https://x.org/");
  assert.equal(safeLink(" java\nscript:alert(1)"), null);
  assert.equal(safeLink(undefined), null);
});
