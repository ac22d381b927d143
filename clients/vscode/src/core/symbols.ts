/**
 * Functions and classes by a scan of the text: fast, needs no language extension, works while the file does not parse.
 * Only what the server writes tests for: public names at the top level, and public methods.
 */

export interface Found {
  /** As the server takes it: `net`, `Cart` or `Cart.add`. */
  readonly name: string;
  readonly kind: "function" | "class" | "method";
  /** Zero-based; `end` is the last line that belongs to it. */
  readonly line: number;
  readonly end: number;
}

export const LANGUAGES = ["python", "javascript", "typescript", "java"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The editor's language identifiers under the server's names. */
export function language(id: string): Language | undefined {
  const name = id.replace(/react$/, "");
  return LANGUAGES.find((known) => known === name);
}

/** The language of a file by its ending; Python where there is none that is known. */
export function languageOf(path: string): Language {
  if (/\.[cm]?jsx?$/.test(path)) return "javascript";
  if (/\.[cm]?tsx?$/.test(path)) return "typescript";
  return path.endsWith(".java") ? "java" : "python";
}

export function symbols(text: string, of: Language): Found[] {
  return of === "python" ? python(text) : braces(text, of);
}

/** The innermost symbol around a line; a class for its own lines, else its method. */
export function symbolAt(found: readonly Found[], line: number): Found | undefined {
  const around = found.filter((one) => one.line <= line && line <= one.end);
  return around.sort((a, b) => b.line - a.line)[0];
}

/** Blank out comments and the inside of strings, so that what is left can be matched by lines; length and lines stay. */
export function blanked(text: string, of: Language): string {
  const pattern =
    of === "python"
      ? /[rbufRBUF]{0,2}("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|#[^\n]*/g
      : /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"""[\s\S]*?(?:"""|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?/g;
  return text.replace(pattern, (found) => found.replace(/[^\n]/g, " "));
}

function python(text: string): Found[] {
  const lines = blanked(text, "python").replace(/\r/g, "").split("\n");
  const found: Found[] = [];
  let owner: { name: string; indent: number; body: number; found: boolean } | undefined;
  let depth = 0; // of parentheses: their lines are continuations and have no indentation of their own
  lines.forEach((line, number) => {
    const continued = depth > 0;
    depth = Math.max(0, depth + balance(line, /[([{]/g, /[)\]}]/g));
    if (continued || line.trim() === "") return;
    const indent = line.length - line.trimStart().length;
    if (owner && indent <= owner.indent) owner = undefined;
    if (owner && owner.body < 0) owner.body = indent;
    const match = /^\s*(?:(?:async\s+)?def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(line);
    if (!match?.[1]) return;
    const [, name] = match;
    const isClass = line.trimStart().startsWith("class");
    if (indent === 0) {
      if (isClass) owner = { name, indent, body: -1, found: !name.startsWith("_") };
      if (!name.startsWith("_")) {
        found.push({ name, kind: isClass ? "class" : "function", line: number, end: endOf(lines, number, indent) });
      }
    } else if (owner?.found && indent === owner.body && !isClass && !name.startsWith("_")) {
      found.push({ name: `${owner.name}.${name}`, kind: "method", line: number, end: endOf(lines, number, indent) });
    }
  });
  return found;
}

/** The last line of a block that begins at `start`: up to the next line that is not indented further. */
function endOf(lines: readonly string[], start: number, indent: number): number {
  let depth = 0;
  let last = start;
  for (let number = start; number < lines.length; number++) {
    const line = lines[number] ?? "";
    const blank = line.trim() === "";
    if (number > start && depth === 0 && !blank && line.length - line.trimStart().length <= indent) break;
    depth = Math.max(0, depth + balance(line, /[([{]/g, /[)\]}]/g));
    if (!blank) last = number;
  }
  return last;
}

function balance(line: string, open: RegExp, close: RegExp): number {
  return (line.match(open)?.length ?? 0) - (line.match(close)?.length ?? 0);
}

const TOP: Readonly<Record<Exclude<Language, "python">, readonly RegExp[]>> = {
  javascript: [
    /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(function)\s*\*?\s+([\w$]+)/,
    /^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(class)\s+([\w$]+)/,
    /^\s*(?:export\s+)?(const|let|var)\s+([\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)/,
  ],
  typescript: [],
  java: [/^\s*(?:(?:public|abstract|final|sealed|static)\s+)*(class|record|enum)\s+(\w+)/],
};
const METHOD: Readonly<Record<Exclude<Language, "python">, RegExp>> = {
  javascript: /^\s*(?:public\s+)?(?:static\s+)?(?:async\s+)?\*?\s*([A-Za-z$][\w$]*)\s*(?:<[^>]*>)?\([^;]*\{/,
  typescript: /^\s*(?:public\s+)?(?:static\s+)?(?:async\s+)?\*?\s*([A-Za-z$][\w$]*)\s*(?:<[^>]*>)?\([^;]*\{/,
  java: /^\s*(?:(?:public|static|final|synchronized)\s+)+(?:<[^>]*>\s*)?[\w.<>[\], ?]+\s+(\w+)\s*\([^;]*\{/,
};
const NO_METHOD = new Set(["constructor", "if", "for", "while", "switch", "catch", "function", "return"]);

/** Languages with braces: depth 0 holds functions and classes, depth 1 the methods of a class. */
function braces(text: string, of: Exclude<Language, "python">): Found[] {
  const lines = blanked(text, of).split("\n");
  const tops = of === "typescript" ? TOP.javascript : TOP[of];
  const found: Found[] = [];
  let depth = 0;
  let owner: string | undefined;
  lines.forEach((line, number) => {
    if (depth === 0) {
      owner = undefined;
      const match = tops.map((pattern) => pattern.exec(line)).find((one) => one !== null);
      if (match?.[2]) {
        const isClass = /class|record|enum/.test(match[1] ?? "");
        if (isClass) owner = match[2];
        found.push({ name: match[2], kind: isClass ? "class" : "function", line: number, end: closing(lines, number) });
      }
    } else if (depth === 1 && owner) {
      const name = METHOD[of].exec(line)?.[1];
      if (name && !NO_METHOD.has(name)) {
        found.push({ name: `${owner}.${name}`, kind: "method", line: number, end: closing(lines, number) });
      }
    }
    depth = Math.max(0, depth + balance(line, /\{/g, /\}/g));
  });
  return found;
}

function closing(lines: readonly string[], start: number): number {
  let depth = 0;
  for (let number = start; number < lines.length; number++) {
    const line = lines[number] ?? "";
    depth += balance(line, /\{/g, /\}/g);
    if (depth <= 0 && (line.includes("}") || line.includes(";"))) return number;
  }
  return lines.length - 1;
}
