/** A failing test in a file of Python tests: its name, the module that it tests, and what the server needs to run it. */

import { type Disk, folderOf, gathered, imported, importRoot, MOST_CHARACTERS, nameOf, under } from "./places";
import { symbolAt, symbols } from "./symbols";

export interface Failing {
  readonly files: Record<string, string>;
  /** Path in `files` of the module under test. */
  readonly target: string;
  readonly testFile: string;
  /** Where the files are in the project, by their path in `files`. */
  readonly places: Readonly<Record<string, string>>;
}

/** The test around a line (from 0) as pytest names it: `test_a`, `TestCart::test_b`; undefined outside of one. */
export function testAt(text: string, line: number): string | undefined {
  const found = symbolAt(symbols(text, "python"), line)?.name;
  return found !== undefined && /(^|\.)test\w*$/.test(found) ? found.replace(".", "::") : undefined;
}

/** Gather what a fix needs; undefined when the test file imports no module of the project. */
export async function gatheredForFix(path: string, text: string, disk: Disk): Promise<Failing | undefined> {
  const source = await sourceOf(path, text, disk);
  if (source === undefined) return undefined;
  const { files, target } = await gathered(source, (await disk.read(source)) ?? "", disk);
  const root = await importRoot(source, disk);
  const places: Record<string, string> = Object.fromEntries(Object.keys(files).map((name) => [name, under(root, name)]));
  const add = (name: string, place: string, content: string): void => {
    files[name] = content;
    places[name] = place;
  };
  const below = (place: string): string => (root !== "" && place.startsWith(`${root}/`) ? place.slice(root.length + 1) : place);
  for (const place of await modulesOf(path, text, disk)) {
    const content = await disk.read(place);
    const size = Object.values(files).reduce((sum, one) => sum + one.length, text.length);
    const reached = (await importRoot(place, disk)) === root && !(below(place) in files);
    if (reached && content !== undefined && size + content.length < MOST_CHARACTERS) add(below(place), place, content);
  }
  for (const place of above(folderOf(path)).map((folder) => under(folder, "conftest.py"))) {
    const content = await disk.read(place);
    if (content !== undefined) add(below(place), place, content);
  }
  add(below(path), path, text);
  return { files, target, testFile: below(path), places };
}

/** The module that is tested: of those imported, the one that the file is named after, else the first. */
async function sourceOf(path: string, text: string, disk: Disk): Promise<string | undefined> {
  const wanted = nameOf(path).replace(/^test_|_test(?=\.py$)/g, "");
  const found = (await modulesOf(path, text, disk)).filter((one) => nameOf(one) !== "__init__.py" && !isTests(one));
  return found.find((one) => nameOf(one) === wanted) ?? found[0];
}

/** Files of the project that a test file imports, looked for below the folders that imports may start from. */
async function modulesOf(path: string, text: string, disk: Disk): Promise<string[]> {
  const folders = above(folderOf(path)).flatMap((folder) => [folder, under(folder, "src")]);
  const roots = [...new Set([await importRoot(path, disk), ...folders])];
  const found: string[] = [];
  for (const module of imported(text, path)) {
    for (const place of roots.flatMap((root) => [`${module}.py`, `${module}/__init__.py`].map((name) => under(root, name)))) {
      if (place !== path && !found.includes(place) && (await disk.exists(place))) found.push(place);
    }
  }
  return found;
}

function isTests(path: string): boolean {
  return /^(test_.*|.*_test|conftest)\.py$/.test(nameOf(path));
}

/** A folder and those above it, the nearest first. */
function above(folder: string): string[] {
  return folder === "" ? [""] : [folder, ...above(folderOf(folder))];
}
