/** Test files of Jest and JUnit: which tests they hold, a choice of them, and adding them to a file that is there already. */

import { blanked, type Language } from "./symbols";

export type Braces = Exclude<Language, "python">;

/** A test in a text; `end` is excluded. */
interface Piece {
  /** As the server calls it: `net gives 0 for 1`, or a method's name. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Title of the block around it; empty in Java. */
  readonly block: string;
}

interface Block {
  readonly title: string;
  readonly start: number;
  readonly end: number;
  /** Where its last bracket stands. */
  readonly close: number;
}

/** Names of the tests in a file. */
export function names(text: string, of: Braces): Set<string> {
  return new Set(pieces(text, of).map((piece) => piece.name));
}

/** Zero-based line of a test; undefined when it is not there. */
export function lineIn(text: string, test: string, of: Braces): number | undefined {
  const found = pieces(text, of).find((piece) => piece.name === test);
  if (found === undefined) return undefined;
  const at = of === "java" ? found.start + Math.max(0, text.slice(found.start).search(/\bvoid\b/)) : found.start;
  return text.slice(0, at).split("\n").length - 1;
}

/** The generated file with the tests in `keep` alone, and without the imports that nothing uses any more. */
export function chosenOf(generated: string, keep: ReadonlySet<string>, of: Braces): string {
  const gone = pieces(generated, of).filter((piece) => !keep.has(piece.name));
  let text = without(generated, gone);
  if (of !== "java") text = without(text, blocks(text).filter((block) => !pieces(text, of).some((one) => one.block === block.title)));
  const tidy = text.replace(/\n{3,}/g, "\n\n").replace(/\{\n\n/g, "{\n").replace(/\n\n(\s*\})/g, "\n$1").replace(/\s*$/, "\n");
  return gone.length ? pruned(tidy, of) : generated;
}

/**
 * Add the tests in `keep` to what is there. Nothing that is there changes; a test that is there is not doubled, one of the
 * same name with another body gets a number. Jest's `it`, CommonJS or ES imports, and Java's indentation are followed.
 */
export function mergedInto(existing: string, generated: string, keep: ReadonlySet<string>, of: Braces): string {
  const chosen = chosenOf(generated, keep, of);
  if (existing.trim() === "") return chosen;
  const ends = existing.includes("\r\n") ? "\r\n" : "\n";
  let text = existing.replace(/\r\n/g, "\n");
  const there = new Map(pieces(text, of).map((piece) => [piece.name, plain(text.slice(piece.start, piece.end))]));
  const added: Piece[] = [];
  for (const piece of pieces(chosen, of)) {
    const code = chosen.slice(piece.start, piece.end);
    if ([...there.values()].includes(plain(code))) continue;
    const [name, renamed] = free(piece, code, there);
    there.set(name, plain(renamed));
    text = of === "java" ? inClass(text, renamed) : inBlock(text, piece.block, renamed);
    added.push(piece);
  }
  if (!added.length) return existing;
  return withImports(text, chosen, of).replace(/\n/g, ends);
}

function pieces(text: string, of: Braces): Piece[] {
  return of === "java" ? methods(text) : blocks(text).flatMap((block) => calls(text, block));
}

function methods(text: string): Piece[] {
  const code = blanked(text, "java");
  return [...code.matchAll(/^[ \t]*@(?:Test|ParameterizedTest|RepeatedTest)\b[^{;]*?\bvoid\s+(\w+)\s*\([^{;]*\{/gm)].map((match) => {
    const open = match.index + match[0].length - 1;
    return { name: match[1] ?? "", start: match.index, end: closing(code, open) + 1, block: "" };
  });
}

function blocks(text: string): Block[] {
  const code = blanked(text, "javascript");
  return [...code.matchAll(/^describe\(/gm)].map((match) => {
    const open = match.index + match[0].length - 1;
    const close = closing(code, open);
    const end = code[close + 1] === ";" ? close + 2 : close + 1;
    return { title: titleAt(text, open + 1), start: match.index, end, close: code.lastIndexOf("}", close) };
  });
}

function calls(text: string, block: Block): Piece[] {
  const code = blanked(text, "javascript");
  const found: Piece[] = [];
  const pattern = /^[ \t]*(?:test|it)(?:\.each)?\(/gm;
  pattern.lastIndex = block.start;
  for (let match = pattern.exec(code); match !== null && match.index < block.close; match = pattern.exec(code)) {
    let open = match.index + match[0].length - 1;
    let close = closing(code, open);
    if (code[close + 1] === "(") {
      open = close + 1; // the rows of a table come first
      close = closing(code, open);
    }
    const end = code[close + 1] === ";" ? close + 2 : close + 1;
    const title = titleAt(text, open + 1).split(", row %#")[0] ?? "";
    found.push({ name: `${block.title} ${title}`, start: match.index, end, block: block.title });
    pattern.lastIndex = end;
  }
  return found;
}

/** Index of the bracket that closes the one at `open`. */
export function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if ("([{".includes(code[at] ?? " ")) depth += 1;
    else if (")]}".includes(code[at] ?? " ") && (depth -= 1) === 0) return at;
  }
  return code.length - 1;
}

/** The title that a call has as its first argument; empty where it has none. */
export function titleAt(text: string, at: number): string {
  const found = /^\s*("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|`(?:\\[\s\S]|[^`\\])*`)/.exec(text.slice(at))?.[1];
  return found === undefined ? "" : found.slice(1, -1).replace(/\\(["'`\\])/g, "$1");
}

function without(text: string, ranges: readonly { start: number; end: number }[]): string {
  return [...ranges].reverse().reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
}

/** For comparison: layout, `it` or `test`, and the kind of quotes do not matter. */
function plain(code: string): string {
  return code.replace(/^\s*it\b/, "test").replace(/['`]/g, '"').replace(/[\s;]+/g, "").replace(/,([\])}])/g, "$1");
}

function free(piece: Piece, code: string, taken: ReadonlyMap<string, string>): [string, string] {
  const [own] = [piece.block === "" ? piece.name : piece.name.slice(piece.block.length + 1)];
  for (let number = 1; ; number++) {
    const more = number === 1 ? "" : piece.block === "" ? String(number) : ` (${number})`;
    if (!taken.has(piece.name + more)) {
      const at = more === "" ? -1 : code.indexOf(own);
      return [piece.name + more, at < 0 ? code : code.slice(0, at + own.length) + more + code.slice(at + own.length)];
    }
  }
}

function inClass(text: string, method: string): string {
  const code = blanked(text, "java");
  const close = code.lastIndexOf("}");
  const unit = /^([ \t]+)@Test/m.exec(code)?.[1] ?? "  ";
  const indented = method.replace(/^ +/gm, (spaces) => unit.repeat(Math.floor(spaces.length / 2)));
  return `${text.slice(0, close).trimEnd()}\n\n${indented}\n${text.slice(close)}`;
}

function inBlock(text: string, title: string, test: string): string {
  const only = /\bit(\.each)?\(/.test(text) && !/\btest(\.each)?\(/.test(text);
  const code = only ? test.replace(/^(\s*)test\b/, "$1it") : test;
  const block = blocks(text).find((one) => one.title === title);
  if (block === undefined) return `${text.trimEnd()}\n\ndescribe(${JSON.stringify(title)}, () => {\n${code}\n});\n`;
  return `${text.slice(0, block.close).trimEnd()}\n\n${code}\n${text.slice(block.close)}`;
}

const IMPORT = {
  java: /^import\s+(?:static\s+)?([\w.]+(?:\.\*)?);$/gm,
  script: /^import\s+([^;"']*?)\s+from\s+(["'][^"']+["']);?|^(?:const|let|var)\s+([^;=]*?)\s*=\s*require\((["'][^"']+["'])\);?/gm,
};

function used(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replace(/\$/g, "\\$")}(?![\\p{L}\\p{N}_$])`, "u").test(text);
}

/** Without the imports, or names in them, that nothing uses. */
function pruned(text: string, of: Braces): string {
  if (of === "java") {
    const rest = text.replace(IMPORT.java, "");
    return text.replace(new RegExp(`${IMPORT.java.source}\n?`, "gm"), (line, name: string) => (used(rest, last(name)) ? line : ""));
  }
  const rest = text.replace(IMPORT.script, "");
  return text.replace(IMPORT.script, (line, names?: string, from?: string, bound?: string, module?: string) => {
    const kept = split(names ?? bound ?? "").filter((name) => used(rest, local(name)));
    return kept.length === split(names ?? bound ?? "").length ? line : statement(kept, from ?? module ?? "", names !== undefined);
  });
}

function last(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Names of an import: those in braces are marked by one in front. */
function split(names: string): string[] {
  const inner = /\{([\s\S]*)\}/.exec(names)?.[1] ?? "";
  const outer = names.replace(/\{[\s\S]*\}/, "");
  const parts = (text: string): string[] => text.split(",").map((one) => one.trim()).filter((one) => one !== "");
  return [...parts(outer), ...parts(inner).map((one) => `{${one}`)];
}

function local(name: string): string {
  return name.replace("{", "").split(/\s+as\s+|\s*:\s*/).pop() ?? name;
}

function statement(names: readonly string[], from: string, modern: boolean): string {
  if (!names.length) return "";
  const inner = names.filter((name) => name.startsWith("{")).map((name) => name.slice(1));
  const outer = names.filter((name) => !name.startsWith("{"));
  if (modern) return `import ${[...outer, ...(inner.length ? [`{ ${inner.map((one) => one.replace(/\s*:\s*/, " as ")).join(", ")} }`] : [])].join(", ")} from ${from};`;
  const lines = outer.map((name) => `const ${name.replace(/^\*\s+as\s+/, "")} = require(${from});`);
  return [...lines, ...(inner.length ? [`const { ${inner.map((one) => one.replace(/\s+as\s+/, ": ")).join(", ")} } = require(${from});`] : [])].join("\n");
}

function withImports(text: string, chosen: string, of: Braces): string {
  const pattern = of === "java" ? IMPORT.java : IMPORT.script;
  const there = [...text.matchAll(pattern)];
  const missing = of === "java" ? javaMissing(there, chosen) : scriptMissing(text, there, chosen);
  if (!missing.length) return text;
  const above = there[there.length - 1] ?? (of === "java" ? /^package\s[^;]*;/m.exec(text) : null);
  const at = above === null || above === undefined ? 0 : above.index + above[0].length;
  const between = there.length ? "\n" : at === 0 ? "" : "\n\n";
  return `${text.slice(0, at)}${between}${missing.join("\n")}${at === 0 ? "\n\n" : ""}${text.slice(at)}`;
}

function javaMissing(there: readonly RegExpMatchArray[], chosen: string): string[] {
  const have = new Set(there.map((match) => match[1]));
  return [...chosen.matchAll(IMPORT.java)]
    .filter((match) => !have.has(match[1]) && !have.has(`${(match[1] ?? "").replace(/\.\w+$/, "")}.*`))
    .map((match) => match[0]);
}

function scriptMissing(text: string, there: readonly RegExpMatchArray[], chosen: string): string[] {
  const have = new Set(there.flatMap((match) => split(match[1] ?? match[3] ?? "").map(local)));
  const modern = /^import\s/m.test(text) || (!/\brequire\(/.test(text) && /^import\s/m.test(chosen));
  return [...chosen.matchAll(IMPORT.script)].flatMap((match) => {
    const names = split(match[1] ?? match[3] ?? "").filter((name) => !have.has(local(name)));
    const line = statement(names, match[2] ?? match[4] ?? "", modern);
    return line === "" ? [] : [line];
  });
}
