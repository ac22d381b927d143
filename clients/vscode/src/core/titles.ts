/**
 * The tests of Jest by their titles and of JUnit by their methods, as the server takes them for a fix. A scan of the text, not a
 * parse: it works while one types, and needs no language extension.
 */

import { type Braces, closing, titleAt } from "./braces";
import { blanked } from "./symbols";

/** Places in the text; `end` belongs to it. */
interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The server takes a name of this length; a longer title is told by its last words. */
const MOST_NAME = 200;
const CALL = /(?<![\w$.])(describe|test|it)((?:\.[a-z]+)*)(?:<[^()]*?>)?\s*\(/g;
/** A test that is skipped does not fail. */
const RUNS = /^(?:\.(?:only|concurrent|failing))*(?:\.each)?$/;
const MARK = /@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b/g;

/** Comments, strings, templates with templates in them, and regular expressions; an apostrophe in the text of JSX is none of these. */
const BLANK = new RegExp(
  [
    String.raw`\/\*[\s\S]*?(?:\*\/|$)|(?<!:)\/\/[^\n]*`,
    String.raw`((?:=>|[(,=:[!&|?{;+*%~^]|\b(?:return|typeof|case|of|in|await|yield)\b)\s*)\/(?![*\/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^\/\\[\n])+\/`,
    String.raw`(?<![\p{L}\p{N}_$])(?:"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')`,
    "`(?:\\\\[\\s\\S]|[^`\\\\$]|\\$(?!\\{)|\\$\\{(?:[^{}`]|`(?:\\\\[\\s\\S]|[^`\\\\])*`|\\{[^{}`]*\\})*\\})*`|`(?:\\\\[\\s\\S]|[^`\\\\])*`",
  ].join("|"),
  "gu",
);

/** The test around a line (from 0): a title behind those of its blocks, or the name of a method; undefined outside of one. */
export function titledAt(text: string, line: number, of: Braces): string | undefined {
  let from = 0;
  for (let number = 0; number < line; number++) {
    from = text.indexOf("\n", from) + 1;
    if (from === 0) return undefined;
  }
  const to = text.indexOf("\n", from) < 0 ? text.length : text.indexOf("\n", from);
  const around = tests(text, of).filter((one) => one.start <= to && from <= one.end);
  return around[around.length - 1]?.name;
}

/** A test of the Test Explorer under the title that its file has: there a table's goes on with `, row %#`. */
export function titledAs(text: string, label: string, of: Braces): string {
  const found = tests(text, of).map((one) => one.name);
  return found.includes(label) ? label : (found.find((name) => name.startsWith(`${label}, row %#`)) ?? label);
}

/** All of them, in the order of the text. */
function tests(text: string, of: Braces): Span[] {
  return of === "java" ? methods(text) : titles(text);
}

function titles(text: string): Span[] {
  const code = text.replace(BLANK, (found, before: string | undefined) => (before ?? "") + found.slice((before ?? "").length).replace(/[^\n]/g, " "));
  const blocks: Span[] = [];
  const found: Span[] = [];
  for (const match of code.matchAll(CALL)) {
    const [whole, called, marks = ""] = match;
    let open = match.index + whole.length - 1;
    let end = closing(code, open);
    const rows = marks.endsWith(".each") ? /^\s*\(/.exec(code.slice(end + 1, end + 200)) : null;
    if (rows !== null) {
      open = end + rows[0].length;
      end = closing(code, open);
    }
    const alone = /^\s*[,)]/.test(code.slice(open + 1));
    const title = alone ? titleAt(text, open + 1) : "";
    if (called === "describe") blocks.push({ name: title, start: match.index, end });
    else if (title !== "" && RUNS.test(marks)) found.push({ name: named(blocks, match.index, title), start: match.index, end });
  }
  return found;
}

/** A block without a title that can be read here ends what is known: the server takes the last words of a name, too. */
function named(blocks: readonly Span[], at: number, title: string): string {
  const around = blocks.filter((one) => one.end > at).map((one) => one.name);
  const name = [...around.slice(around.lastIndexOf("") + 1), title].join(" ");
  return name.length > MOST_NAME ? name.slice(-MOST_NAME).replace(/^\S*\s+/, "") : name;
}

function methods(text: string): Span[] {
  const code = blanked(text, "java");
  return [...code.matchAll(MARK)].flatMap((match) => {
    const found = methodAfter(code, match.index + match[0].length);
    return found === undefined ? [] : [{ ...found, start: above(code, match.index) }];
  });
}

/** The method behind one of its annotations: others may stand between, and hold brackets. */
function methodAfter(code: string, from: number): { name: string; end: number } | undefined {
  const step = /\s*(?:(@[\w.]+)|([\w$.<>[\],?&]+)|\()/y;
  let name = "";
  for (step.lastIndex = from; ; ) {
    const match = step.exec(code);
    if (match === null) return undefined;
    if (match[1] !== undefined) name = "";
    else if (match[2] !== undefined) name = match[2];
    else {
      const close = closing(code, step.lastIndex - 1);
      const body = /^[^;{}]*\{/.exec(code.slice(close + 1));
      if (name !== "") return body === null ? undefined : { name, end: closing(code, close + body[0].length) };
      step.lastIndex = close + 1;
    }
  }
}

/** Where the lines with annotations begin, of which one is at a place. */
function above(code: string, at: number): number {
  let start = code.lastIndexOf("\n", at) + 1;
  for (;;) {
    const line = start < 2 ? start : code.lastIndexOf("\n", start - 2) + 1;
    if (line === start || !/^\s*@.*[^{};\s]\s*$/.test(code.slice(line, start))) return start;
    start = line;
  }
}
