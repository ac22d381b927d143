/** Where things lie in a project: the root that imports start from, the neighbours a module needs, the test file. */

/** Paths are relative to the workspace folder, with slashes. */
export interface Disk {
  exists(path: string): Promise<boolean>;
  /** The text as the editor has it, unsaved changes included. */
  read(path: string): Promise<string | undefined>;
}

/** What is sent of a project: texts by path, and which of them is meant. */
export interface Sources {
  readonly files: Record<string, string>;
  readonly target: string;
}

export const MOST_FILES = 200;
/** The server takes 200 KiB together and a body of 256 KiB; what JSON escapes makes it longer. */
export const MOST_CHARACTERS = 180 * 1024;

export function folderOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function under(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** A folder and those above it, the nearest first. */
export function upward(folder: string): string[] {
  return folder === "" ? [""] : [folder, ...upward(folderOf(folder))];
}

/** A path as it is sent: below the root, or as it is where it lies outside. */
export function below(path: string, root: string): string {
  return root !== "" && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}

/** The folder that a module's absolute imports start from: the first one above it that is no package. */
export async function importRoot(path: string, disk: Disk): Promise<string> {
  let folder = folderOf(path);
  while (folder !== "" && (await disk.exists(under(folder, "__init__.py")))) folder = folderOf(folder);
  return folder;
}

/** Modules that a text imports, absolute, as paths below the root; `from a import b` may mean the module a.b. */
export function imported(text: string, path: string): string[] {
  const found = new Set<string>();
  const add = (module: string): void => {
    const steps = module.split(".").filter((step) => step !== "");
    steps.forEach((_, count) => found.add(steps.slice(0, count + 1).join("/")));
  };
  for (const match of text.matchAll(/^[ \t]*import[ \t]+([\w., \t]+)/gm)) {
    for (const module of (match[1] ?? "").split(",")) add(module.trim().split(/\s+/)[0] ?? "");
  }
  for (const match of text.matchAll(/^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)/gm)) {
    const [, dots = "", module = "", names = ""] = match;
    const base = dots === "" ? "" : above(folderOf(path), dots.length - 1);
    if (base === undefined) continue;
    const from = [base.replace(/\//g, "."), module].filter((step) => step !== "").join(".");
    if (from !== "") add(from);
    for (const name of names.replace(/[()]/g, "").split(",")) {
      const word = name.trim().split(/\s+/)[0] ?? "";
      if (/^\w+$/.test(word)) add(from === "" ? word : `${from}.${word}`);
    }
  }
  return [...found];
}

/** Files of the project that a Python file of tests imports, looked for below the folders that imports may start from. */
export async function modulesOf(path: string, text: string, disk: Disk): Promise<string[]> {
  const folders = upward(folderOf(path)).flatMap((folder) => [folder, under(folder, "src")]);
  const roots = [...new Set([await importRoot(path, disk), ...folders])];
  const found: string[] = [];
  for (const module of imported(text, path)) {
    for (const place of roots.flatMap((root) => [`${module}.py`, `${module}/__init__.py`].map((name) => under(root, name)))) {
      if (place !== path && !found.includes(place) && (await disk.exists(place))) found.push(place);
    }
  }
  return found;
}

function above(folder: string, levels: number): string | undefined {
  let at = folder;
  for (let level = 0; level < levels; level++) {
    if (at === "") return undefined;
    at = folderOf(at);
  }
  return at;
}

/**
 * The module and what it imports of the project, by path below the import root (`from`, where it is known): what the server
 * needs to run it. Stops quietly at the limits: a neighbour too many is left out, and the server says if the module cannot be
 * imported without.
 */
export async function gathered(path: string, text: string, disk: Disk, from?: string): Promise<Sources> {
  const root = from ?? (await importRoot(path, disk));
  const target = below(path, root);
  const files: Record<string, string> = { [target]: text };
  let size = text.length;
  const queue = [target];
  const seen = new Set<string>([target]);
  while (queue.length) {
    const name = queue.shift() ?? "";
    const packages = name.split("/").slice(0, -1).map((_, count, steps) => steps.slice(0, count + 1).join("/"));
    for (const module of [...packages, ...imported(files[name] ?? "", name)]) {
      for (const name of [`${module}.py`, `${module}/__init__.py`]) {
        if (seen.has(name) || seen.size > MOST_FILES * 10) continue;
        seen.add(name);
        const content = await disk.read(under(root, name));
        if (content === undefined || Object.keys(files).length >= MOST_FILES || size + content.length > MOST_CHARACTERS) continue;
        files[name] = content;
        size += content.length;
        queue.push(name);
      }
    }
  }
  return { files, target };
}

/**
 * Where a generated file goes: the folder of the setting; else `tests` at the top of the project with the mirrored folder
 * when it is there; else beside the source.
 */
export async function testPath(source: string, generated: string, setting: string, disk: Disk): Promise<string> {
  const name = nameOf(generated);
  const folder = folderOf(source);
  if (setting !== "") return under(setting.replace(/^\/+|\/+$/g, "").replace("${folder}", folder).replace(/^\/+|\/+$/g, ""), name);
  if (!(await disk.exists("tests"))) return under(folder, name);
  const root = await importRoot(source, disk);
  const inside = root === "" ? folder : folder.slice(root.length).replace(/^\//, "");
  for (const mirrored of [under("tests/unit", inside), under("tests", inside), "tests/unit"]) {
    if (!mirrored.endsWith("/") && (await disk.exists(mirrored))) return under(mirrored, name);
  }
  return under("tests", name);
}
