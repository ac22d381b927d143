/** The file of tests that a project has for a source already. */

import { classes, modules, testPathOf } from "./neighbours";
import { below, type Disk, folderOf, imported, importRoot, nameOf, testPath, under, upward } from "./places";
import type { Language } from "./symbols";

export interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** Folders of tests by convention; in those of Jest a file needs no ending of its own. */
const FOLDERS = ["tests", "test"];
const JEST_FOLDERS = ["__tests__", ...FOLDERS];
const RELATED: Readonly<Record<string, readonly string[]>> = { js: ["js", "jsx"], jsx: ["jsx", "js"], ts: ["ts", "tsx", "js"], tsx: ["tsx", "ts"] };

/**
 * The tests of a source; undefined where there are none. First looked for where new ones would go; a file that lies elsewhere
 * must use the source, since others may have its name. With a folder set there is no elsewhere.
 */
export async function testsOf(source: string, of: Language, setting: string, disk: Disk): Promise<TestFile | undefined> {
  const usual = folderOf(await usualPath(source, of, setting, disk));
  const elsewhere = setting === "" ? await foldersAround(source, of, disk) : [];
  for (const folder of new Set([usual, ...elsewhere])) {
    for (const path of named(source, folder, of).map((name) => under(folder, name))) {
      const text = path === source ? undefined : await disk.read(path);
      if (text !== undefined && (folder === usual || (await uses({ path, text }, source, of, disk)))) return { path, text };
    }
  }
  return undefined;
}

/** The name of the file that a source's tests get where there is none, `more` for one beside it. */
export function usualName(source: string, of: Language, more = false): string {
  const name = named(source, "", of)[0] ?? "";
  if (!more) return name;
  return of === "python" ? name.replace(/\.py$/, "_more.py") : of === "java" ? name.replace(/Test\.java$/, "MoreTest.java") : name.replace(/\.test\./, ".more.test.");
}

/**
 * The folder below which a Python file of tests imports the source: its import root, or one above where the folders between
 * are packages without `__init__.py`; undefined when the tests do not import it.
 */
export async function rootFor(tests: TestFile, source: string, disk: Disk): Promise<string | undefined> {
  const module = source.replace(/(\/__init__)?\.py$/, "");
  return [await importRoot(source, disk), ...upward(folderOf(source))].find((root) =>
    imported(tests.text, below(tests.path, root)).includes(below(module, root)),
  );
}

async function uses(tests: TestFile, source: string, of: Language, disk: Disk): Promise<boolean> {
  if (of === "python") return (await rootFor(tests, source, disk)) !== undefined;
  return (of === "java" ? classes(tests.text, tests.path) : modules(tests.text, tests.path)).includes(source);
}

function usualPath(source: string, of: Language, setting: string, disk: Disk): Promise<string> {
  const name = usualName(source, of);
  return of === "python" ? testPath(source, name, setting, disk) : testPathOf(source, name, setting, disk, of);
}

function named(source: string, folder: string, of: Language): string[] {
  const [, stem = "", ending = ""] = /^(.*)\.(\w+)$/.exec(nameOf(source)) ?? [];
  if (of === "python") return [`test_${stem}.py`, `${stem}_test.py`];
  if (of === "java") return [`${stem}Test.java`, `${stem}Tests.java`];
  const inFolder = JEST_FOLDERS.includes(nameOf(folder)) || folder.includes("__tests__/");
  return (RELATED[ending] ?? [ending]).flatMap((end) => [`${stem}.test.${end}`, `${stem}.spec.${end}`, ...(inFolder ? [`${stem}.${end}`] : [])]);
}

/** Beside the source, and in folders of tests of its folder and those above: as deep as the source, or flat. */
async function foldersAround(source: string, of: Language, disk: Disk): Promise<string[]> {
  const own = folderOf(source);
  const inside = of === "python" ? below(own, await importRoot(source, disk)) : own;
  const kinds = of === "python" ? FOLDERS.flatMap((one) => [`${one}/unit`, one]) : of === "java" ? FOLDERS : JEST_FOLDERS;
  const found = upward(own).flatMap((above) => {
    const deep = own === above ? "" : below(own, above);
    return kinds.flatMap((kind) => [deep, inside, ""].map((more) => [above, kind, more].filter((step) => step !== "").join("/")));
  });
  return [own, ...found];
}
