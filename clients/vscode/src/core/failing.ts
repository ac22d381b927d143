/** A failing test: its name, the module that it tests, and what the server needs to run it. */

import type { Braces } from "./braces";
import { classes, gatheredAround, modules } from "./neighbours";
import { below, type Disk, folderOf, gathered, importRoot, modulesOf, MOST_CHARACTERS, nameOf, under, upward } from "./places";
import { type Language, languageOf, symbolAt, symbols } from "./symbols";
import { nodeOf } from "./testfile";
import { titledAs, titledAt } from "./titles";

const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)__tests__\/.*\.[cm]?[jt]sx?$|Tests?\.java$/;

export interface Failing {
  readonly files: Record<string, string>;
  /** Path in `files` of the module under test. */
  readonly target: string;
  readonly testFile: string;
  /** Where the files are in the project, by their path in `files`. */
  readonly places: Readonly<Record<string, string>>;
}

/** Whether a file holds tests, by its path. */
export function isTestFile(path: string): boolean {
  return TEST_FILE.test(path);
}

/**
 * The test around a line (from 0) as its runner names it: `test_a`, `TestCart::test_b`, Jest's titles, JUnit's method; undefined
 * outside of one.
 */
export function testAt(text: string, line: number, of: Language): string | undefined {
  if (of !== "python") return titledAt(text, line, of);
  const found = symbolAt(symbols(text, "python"), line)?.name;
  return found !== undefined && /(^|\.)test\w*$/.test(found) ? found.replace(".", "::") : undefined;
}

/** The name under which the server finds a test of the Test Explorer. */
export function testCalled(text: string, label: string, of: Language): string {
  return of === "python" ? nodeOf(text, label) : titledAs(text, label, of);
}

/** Gather what a fix needs; undefined when no module of the project is found that the test file is about. */
export async function gatheredForFix(path: string, text: string, disk: Disk): Promise<Failing | undefined> {
  const of = languageOf(path);
  if (of !== "python") return gatheredBraces(path, text, disk, of);
  const source = await sourceOf(path, text, disk);
  if (source === undefined) return undefined;
  const { files, target } = await gathered(source, (await disk.read(source)) ?? "", disk);
  const root = await importRoot(source, disk);
  const places: Record<string, string> = Object.fromEntries(Object.keys(files).map((name) => [name, under(root, name)]));
  const add = (name: string, place: string, content: string): void => {
    files[name] = content;
    places[name] = place;
  };
  for (const place of await modulesOf(path, text, disk)) {
    const content = await disk.read(place);
    const size = Object.values(files).reduce((sum, one) => sum + one.length, text.length);
    const reached = (await importRoot(place, disk)) === root && !(below(place, root) in files);
    if (reached && content !== undefined && size + content.length < MOST_CHARACTERS) add(below(place, root), place, content);
  }
  for (const place of upward(folderOf(path)).map((folder) => under(folder, "conftest.py"))) {
    const content = await disk.read(place);
    if (content !== undefined) add(below(place, root), place, content);
  }
  add(below(path, root), path, text);
  return { files, target, testFile: below(path, root), places };
}

async function gatheredBraces(path: string, text: string, disk: Disk, of: Braces): Promise<Failing | undefined> {
  const target = await testedBy(path, text, disk, of);
  if (target === undefined) return undefined;
  const { files } = await gatheredAround(path, text, disk, of);
  files[target] ??= (await disk.read(target)) ?? "";
  return { files, target, testFile: path, places: Object.fromEntries(Object.keys(files).map((name) => [name, name])) };
}

/** The module that is tested: of those that the file imports or names, the one that it is named after, else the first. */
async function testedBy(path: string, text: string, disk: Disk, of: Braces): Promise<string | undefined> {
  const found: string[] = [];
  for (const place of new Set(of === "java" ? classes(text, path) : modules(text, path))) {
    const code = languageOf(place) !== "python" && !/\.d\.[cm]?ts$/.test(place);
    if (code && place !== path && !isTestFile(place) && (await disk.exists(place)) && (await disk.read(place)) !== undefined) found.push(place);
  }
  const wanted = nameOf(path).replace(/(\.(test|spec))?\.[cm]?[jt]sx?$|Tests?\.java$/, "");
  return found.find((one) => nameOf(one).replace(/\.\w+$/, "") === wanted) ?? found[0];
}

/** The module that is tested: of those imported, the one that the file is named after, else the first. */
async function sourceOf(path: string, text: string, disk: Disk): Promise<string | undefined> {
  const wanted = nameOf(path).replace(/^test_|_test(?=\.py$)/g, "");
  const found = (await modulesOf(path, text, disk)).filter((one) => nameOf(one) !== "__init__.py" && !isTests(one));
  return found.find((one) => nameOf(one) === wanted) ?? found[0];
}

function isTests(path: string): boolean {
  return /^(test_.*|.*_test|conftest)\.py$/.test(nameOf(path));
}
