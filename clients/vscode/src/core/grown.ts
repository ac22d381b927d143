/** A Python file of tests that the server added to: with all of what is new, or with some of the new tests alone. */

import { defined, isTest, parts, type Statement, statements, word } from "./testfile";

/** A test by the lines (from 0) that it takes; `end` is excluded. */
interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The file `whole` that was made from `base`, with those of its `added` tests that are in `keep`. What only the others needed
 * goes with them: imports, helpers, a class that is empty now. Nothing of `base` changes; both have line ends of one sign.
 */
export function grown(base: string, whole: string, added: readonly string[], keep: ReadonlySet<string>): string {
  const gone = new Set(added.filter((name) => !keep.has(name)));
  if (!gone.size) return whole;
  if (gone.size === added.length) return base;
  const spans = tests(whole).filter((one) => gone.has(one.name));
  return withoutUnused(base, without(whole, spans));
}

/** What `base` has not, of a file made from it: to be put into a file that has changed since. */
export function additions(base: string, whole: string): string {
  const there = new Set(statements(base).map((one) => one.text));
  const { imports, blocks } = parts(whole);
  const more = blocks.filter((block) => !there.has(block.text)).map((block) => block.text);
  return `${imports.filter((one) => !there.has(one)).join("\n")}\n\n\n${more.join("\n\n\n")}\n`;
}

/** The tests of a file, methods of classes among them. */
function tests(text: string): Span[] {
  return statements(text).flatMap((one) => {
    const name = defined(one.text);
    if (!/(^|\n)class\b/.test(one.text)) return isTest(name) ? [spanOf(one, name, 0)] : [];
    return methods(one).filter((method) => isTest(method.name));
  });
}

function methods(owner: Statement): Span[] {
  const lines = owner.text.split("\n");
  const head = lines.findIndex((line, at) => at >= lines.findIndex((one) => one.startsWith("class")) && /:\s*(#.*)?$/.test(line));
  const indent = /^\s*/.exec(lines.slice(head + 1).find((line) => line.trim() !== "") ?? "")?.[0] ?? "";
  const body = lines.slice(head + 1).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return statements(body.join("\n")).map((one) => spanOf(one, defined(one.text), owner.line + head + 1));
}

function spanOf(one: Statement, name: string, offset: number): Span {
  const start = one.line + offset;
  return { name, start, end: start + one.text.split("\n").length };
}

/** Without these lines, and the empty ones above them; at the head of a class those below. */
function without(text: string, spans: readonly { start: number; end: number }[]): string {
  const lines = text.split("\n");
  for (const { start, end } of [...spans].sort((a, b) => b.start - a.start)) {
    let [from, to] = [start, end];
    while (from > 0 && lines[from - 1]?.trim() === "") from -= 1;
    if (/^class\b/.test(lines[from - 1] ?? "")) {
      while (to < lines.length - 1 && lines[to]?.trim() === "") to += 1;
      if (to === lines.length - 1 || !/^\s/.test(lines[to] ?? "")) to = end; // nothing of the class is left
    }
    lines.splice(from, to - from);
  }
  return lines.join("\n");
}

function withoutUnused(base: string, whole: string): string {
  const there = new Set(statements(base).map((one) => one.text));
  for (let text = whole; ; ) {
    const idle = statements(text).find((one) => !there.has(one.text) && unused(one, text));
    if (idle === undefined) return text;
    const span = spanOf(idle, "", 0);
    if (/^(from|import)\b/.test(idle.text)) {
      const lines = text.split("\n");
      lines.splice(span.start, span.end - span.start);
      text = lines.join("\n");
    } else text = without(text, [span]);
  }
}

/** Whether nothing else of the text has the name that a statement binds; of a class, whether no method is left. */
function unused(one: Statement, text: string): boolean {
  if (/(^|\n)class\b/.test(one.text)) return !methods(one).some((method) => method.name !== "");
  const name = /^(?:from|import)\b.*?(\w+)$/.exec(one.text)?.[1] ?? defined(one.text);
  if (name === "" || isTest(name)) return false;
  const rest = statements(text).filter((other) => other.line !== one.line);
  return !rest.some((other) => word("", name).test(other.text));
}
