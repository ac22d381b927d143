/** JavaScript, TypeScript and Java in a project: what a module needs of it, and where its tests belong. */

import type { Braces } from "./braces";
import { type Disk, folderOf, MOST_CHARACTERS, MOST_FILES, nameOf, under } from "./places";
import { blanked } from "./symbols";

const SETTINGS = [".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".editorconfig"];
const SETTINGS_MOST = 4096;
const ENDINGS = ["", ".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".json", "/index.js", "/index.ts"];

/** The module and what it imports of the project by path: what the server needs to run it. Stops quietly at the limits. */
export async function gatheredAround(
  path: string,
  text: string,
  disk: Disk,
  of: Braces,
): Promise<{ files: Record<string, string>; target: string }> {
  const files: Record<string, string> = { [path]: text };
  const seen = new Set([path]);
  const queue = [path];
  let size = text.length;
  for (const name of of === "java" ? [] : settings(path)) {
    const content = await disk.read(name);
    if (content !== undefined && content.length < SETTINGS_MOST) files[name] = content;
  }
  while (queue.length) {
    const from = queue.shift() ?? "";
    for (const name of of === "java" ? classes(files[from] ?? "", from) : modules(files[from] ?? "", from)) {
      if (seen.has(name) || seen.size > MOST_FILES * 10) continue;
      seen.add(name);
      const content = await disk.read(name);
      if (content === undefined || Object.keys(files).length >= MOST_FILES || size + content.length > MOST_CHARACTERS) continue;
      files[name] = content;
      size += content.length;
      queue.push(name);
    }
  }
  return { files, target: path };
}

/** Files that may say how code of this folder is formatted. */
function settings(path: string): string[] {
  const folders = [""];
  for (const step of folderOf(path).split("/").filter((one) => one !== "")) folders.push(under(folders[folders.length - 1] ?? "", step));
  return folders.flatMap((folder) => SETTINGS.map((name) => under(folder, name)));
}

/** Files that relative imports of a text may mean. */
export function modules(text: string, path: string): string[] {
  const found = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(["'])(\.{1,2}\/[^"'\n]+)\1/g)];
  return found.flatMap((match) => {
    const whole = joined(folderOf(path), match[2] ?? "");
    return whole === undefined ? [] : ENDINGS.map((ending) => (whole.replace(/\.js$/, "") + ending)).concat(whole);
  });
}

/**
 * Files that may hold the classes that a text names: of its own package, and what it imports from below the same root. Beside
 * `src/test/java` the code is looked for in `src/main/java`.
 */
export function classes(text: string, path: string): string[] {
  const code = blanked(text, "java");
  const folder = folderOf(path);
  const own = (/^\s*package\s+([\w.]+)\s*;/m.exec(code)?.[1] ?? "").replace(/\./g, "/");
  const root = own !== "" && folder.endsWith(own) ? folder.slice(0, folder.length - own.length).replace(/\/$/, "") : folder;
  const imports = [...code.matchAll(/^\s*import\s+(?:static\s+)?([a-z][\w.]*\.[A-Z]\w*)/gm)].map((one) => under(root, `${(one[1] ?? "").replace(/\./g, "/")}.java`));
  const named = new Set([...code.matchAll(/\b[A-Z]\w*\b/g)].map((one) => under(folder, `${one[0]}.java`)));
  return [...imports, ...named].flatMap((one) => [...new Set([one, one.replace(/(^|\/)src\/\w+\/java\//, "$1src/main/java/")])]);
}

function joined(folder: string, relative: string): string | undefined {
  const steps = folder === "" ? [] : folder.split("/");
  for (const step of relative.split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return undefined;
    } else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

/**
 * Where a generated file goes: the folder of the setting; else `src/test/java` across from `src/main/java`, or `__tests__`
 * beside the source where there is one; else beside the source.
 */
export async function testPathOf(source: string, generated: string, setting: string, disk: Disk, of: Braces): Promise<string> {
  const name = nameOf(generated);
  const folder = folderOf(source);
  if (setting !== "") return under(setting.replace("${folder}", folder).replace(/^\/+|\/+$/g, ""), name);
  if (of === "java") return under(folder.replace(/(^|\/)src\/main\/java(?=\/|$)/, "$1src/test/java"), name);
  return under((await disk.exists(under(folder, "__tests__"))) ? under(folder, "__tests__") : folder, name);
}

/** The tests as they stand in another folder than their module's: what they import is still found. */
export function moved(text: string, source: string, target: string): string {
  const steps = (path: string): string[] => folderOf(path).split("/").filter((step) => step !== "");
  const [from, to] = [steps(target), steps(source)];
  while (from.length && from[0] === to[0]) [from, to].forEach((one) => one.shift());
  if (!from.length && !to.length) return text;
  const way = `${from.length ? from.map(() => "..").join("/") : "."}/${to.map((step) => `${step}/`).join("")}`;
  return text.replace(/(\bfrom\s+|\brequire\()(["'])\.\/([^"'\n]+)\2/g, (_, head: string, quote: string, name: string) => `${head}${quote}${way}${name}${quote}`);
}
