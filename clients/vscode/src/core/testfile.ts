/** Python test files: which tests they hold, a choice of them, and adding them to a file that is there already. */

import { lineIn } from "./braces";
import { blanked, type Language, symbols } from "./symbols";

export interface Block {
  /** Name of the function or class; empty for other statements. */
  readonly name: string;
  readonly text: string;
}

export interface Parts {
  /** Docstring and comments before the first statement. */
  readonly head: string;
  readonly imports: readonly string[];
  readonly blocks: readonly Block[];
}

/** Take a module apart into its top-level statements. Joined again they are the module, but for blank lines. */
export function parts(text: string): Parts {
  const source = text.replace(/\r\n?/g, "\n");
  const head: string[] = [];
  const imports: string[] = [];
  const blocks: Block[] = [];
  for (const { text: statement } of statements(source)) {
    const code = blanked(statement, "python").trim();
    if (/^(from|import)\s/.test(code)) imports.push(statement);
    else if (code === "" && imports.length === 0 && blocks.length === 0) head.push(statement);
    else blocks.push({ name: defined(statement), text: statement });
  }
  return { head: head.join("\n"), imports, blocks };
}

/** Name of the function or class that a statement defines; empty for others. */
export function defined(statement: string): string {
  return /(?:^|\n)(?:async\s+def|def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(blanked(statement, "python"))?.[1] ?? "";
}

/** A statement at the top level, and the line (from 0) that its text begins in. */
export interface Statement {
  readonly text: string;
  readonly line: number;
}

/** Statements with their decorators and the comments right above them; line ends of one sign. */
export function statements(source: string): Statement[] {
  const lines = source.split("\n");
  const shown = blanked(source, "python").split("\n");
  const found: Statement[] = [];
  let current: string[] = [];
  let began = 0;
  let depth = 0;
  let inString = false;
  let open = false; // decorators and comments wait for the statement that they belong to
  const close = (): void => {
    while (current.length && current[current.length - 1]?.trim() === "") current.pop();
    if (current.length) found.push({ text: current.join("\n"), line: began });
    current = [];
  };
  lines.forEach((line, number) => {
    const code = shown[number] ?? "";
    const starts = depth === 0 && !inString && line.trim() !== "" && !/^[\s)\]}]/.test(line);
    if (starts && !open && !/^(else|elif|except|finally)\b/.test(line)) close();
    if (starts) open = line.startsWith("@") || line.startsWith("#");
    if (!current.length) began = number;
    if (line.trim() !== "" || current.length) current.push(line);
    depth = Math.max(0, depth + (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0));
    inString = insideString(lines, number, inString);
    if (line.trim() === "" && open && !inString && depth === 0 && current.every((one) => one.startsWith("#") || one === "")) {
      open = false; // a comment of its own
    }
  });
  close();
  return found;
}

/** Whether a triple-quoted string is open after this line. */
function insideString(lines: readonly string[], number: number, before: boolean): boolean {
  const line = (lines[number] ?? "").replace(/\\./g, "");
  const marks = line.match(/"""|'''/g)?.length ?? 0;
  return marks % 2 === 1 ? !before : before;
}

function joined(of: Parts): string {
  const blocks = of.blocks.map((block) => block.text);
  const top = [of.head, of.imports.join("\n")].filter((part) => part !== "").join("\n\n");
  return [top, ...blocks].filter((part) => part !== "").join("\n\n\n") + "\n";
}

/** The generated file with the tests in `keep` alone, and without the imports that nothing uses any more. */
export function chosen(generated: string, keep: ReadonlySet<string>): string {
  const all = parts(generated);
  const blocks = all.blocks.filter((block) => !isTest(block.name) || keep.has(block.name));
  const rest = blocks.map((block) => block.text).join("\n");
  return joined({ head: all.head, imports: all.imports.flatMap((one) => pruned(one, rest)), blocks });
}

const DEFINES = "(\\b(?:def|class)\\s+)";

/** A whole word, also of letters that `\b` does not know. */
export function word(before: string, name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${before}${name}(?![\\p{L}\\p{N}_])`, "u");
}

export function isTest(name: string): boolean {
  return /^test_|^Test/.test(name);
}

/** An import statement without the names that `rest` does not use; nothing when none is left. */
function pruned(statement: string, rest: string): string[] {
  const used = (name: string): boolean => word("", name).test(rest);
  const from = /^from\s+(\S+)\s+import\s+\(?([^)]*)\)?\s*$/.exec(statement);
  if (from?.[1] === "__future__") return [statement];
  if (from?.[2] === undefined) {
    const module = /^import\s+([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(statement);
    const bound = module?.[2] ?? module?.[1]?.split(".")[0];
    return bound === undefined || used(bound) ? [statement] : [];
  }
  const names = importedNames(from[2]).filter((name) => used(boundName(name)));
  return names.length ? [written(from[1] ?? "", names)] : [];
}

function importedNames(text: string): string[] {
  return text.split(/,|\n/).map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("#"));
}

function boundName(name: string): string {
  return name.split(/\s+as\s+/).pop() ?? name;
}

function written(module: string, names: readonly string[]): string {
  const line = `from ${module} import ${names.join(", ")}`;
  return line.length <= 88 ? line : `from ${module} import (\n${names.map((name) => `    ${name},\n`).join("")})`;
}

export interface Merged {
  readonly text: string;
  /** Names as they stand in the file, by the names that the server gave. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Add the tests in `keep` to what is there. Nothing that is there changes: imports are added below the last one, tests at
 * the end; a test that is there word for word is not doubled, one of the same name with another body gets a new name.
 */
export function merged(existing: string, generated: string, keep: ReadonlySet<string>): Merged {
  const names = new Map<string, string>();
  if (existing.trim() === "") {
    for (const name of keep) names.set(name, name);
    return { text: chosen(generated, keep), names };
  }
  const ends = /\r\n/.test(existing) ? "\r\n" : "\n";
  const there = parts(existing);
  const more = parts(chosen(generated, keep));
  const taken = new Map(there.blocks.map((block) => [block.name, block.text.trim()]));
  const added: string[] = [];
  for (const block of more.blocks) {
    const name = free(block, taken);
    if (isTest(block.name)) names.set(block.name, name);
    const text = name === block.name ? block.text : block.text.replace(word(DEFINES, block.name), `$1${name}`);
    if (taken.get(name) === text.trim()) continue;
    taken.set(name, text.trim());
    added.push(text);
  }
  if (!added.length) return { text: existing, names };
  const imports = more.imports.flatMap((statement) => missing(statement, there.imports));
  const body = withImports(existing.replace(/\r\n/g, "\n"), imports, there).replace(/\s*$/, "\n");
  return { text: [body, ...added.map((text) => `\n\n${text}\n`)].join("").replace(/\n/g, ends), names };
}

function free(block: Block, taken: ReadonlyMap<string, string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 || block.name === "" ? block.name : `${block.name}_${number}`;
    const there = taken.get(name);
    const same = there?.replace(word(DEFINES, name), `$1${block.name}`) === block.text.trim();
    if (there === undefined || same || block.name === "") return name;
  }
}

/** What of an import statement the file does not have yet. */
function missing(statement: string, there: readonly string[]): string[] {
  if (there.some((one) => one.trim() === statement.trim())) return [];
  const from = /^from\s+(\S+)\s+import\s+\(?([^)]*)\)?\s*$/.exec(statement);
  if (from?.[1] === undefined || from[2] === undefined) return [statement];
  const have = new Set(
    there.flatMap((one) => {
      const other = /^from\s+(\S+)\s+import\s+\(?([^)]*)\)?/.exec(one);
      return other?.[1] === from[1] ? importedNames(other?.[2] ?? "") : [];
    }),
  );
  const names = importedNames(from[2]).filter((name) => !have.has(name));
  return names.length ? [written(from[1], names)] : [];
}

function withImports(existing: string, imports: readonly string[], there: Parts): string {
  if (!imports.length) return existing;
  const last = there.imports[there.imports.length - 1];
  if (last !== undefined) {
    const at = existing.lastIndexOf(last) + last.length;
    return `${existing.slice(0, at)}\n${imports.join("\n")}${existing.slice(at)}`;
  }
  const at = there.head === "" ? 0 : existing.indexOf(there.head) + there.head.length;
  return `${existing.slice(0, at)}${at ? "\n\n" : ""}${imports.join("\n")}\n${at ? "" : "\n"}${existing.slice(at)}`;
}

/** Zero-based line of a test in a file; undefined when it is not there. */
export function lineOf(text: string, test: string, of: Language = "python"): number | undefined {
  if (of !== "python") return lineIn(text, test, of);
  const at = text.split(/\r?\n/).findIndex((line) => /^\s*(async|def|class)\b/.test(line) && word(DEFINES, test).test(line));
  return at < 0 ? undefined : at;
}

/** A test as pytest addresses it in its file: `TestCart::test_b` for the method of a class. */
export function nodeOf(text: string, test: string): string {
  const found = symbols(text, "python");
  const method = found.find((one) => one.kind === "method" && one.name.endsWith(`.${test}`));
  return method === undefined || found.some((one) => one.name === test) ? test : method.name.replace(".", "::");
}
