/** Tests that are there already: sent along, so that the server adds to them; asked again without them where it cannot. */

import { gatheredAround } from "./neighbours";
import { below, type Disk, folderOf, gathered, importRoot, modulesOf, MOST_CHARACTERS, MOST_FILES, nameOf, type Sources, testPath, under, upward } from "./places";
import { type Kind, Problem } from "./problems";
import type { Language } from "./symbols";
import { rootFor, type TestFile, testsOf, usualName } from "./testplaces";

/** The project's file of tests. */
export interface There extends TestFile {
  /** Path under which it is sent, and comes back. Its `text` has line ends of one sign. */
  readonly name: string;
}

export interface Sent extends Sources {
  /** The file of tests and, in Python, each `conftest.py` on its path; these alone, where tests are the first ones. */
  readonly existing?: Readonly<Record<string, string>>;
}

export interface Answer<T> {
  readonly made: T;
  /** Whether the server was given the tests that are there. */
  readonly added: boolean;
  /** Why it could do nothing with them. */
  readonly refused?: Problem;
}

/** The server takes twenty. */
const MOST_CONFTESTS = 19;
const BLAMED: readonly Kind[] = ["broken_source", "syntax_error", "too_large"];
/** Of servers that do not know the field. */
const UNKNOWN = ["invalid_input"];
const OTHER = "other_framework";

/** Put the tests of a source beside what is sent of it, or else the fixtures for its first ones; as it was, where neither fits. */
export async function withTests(source: string, sent: Sources, of: Language, setting: string, disk: Disk): Promise<{ sent: Sent; there?: There }> {
  const found = await testsOf(source, of, setting, disk);
  if (found === undefined) return { sent: of === "python" ? await withFixtures(source, sent, setting, disk) : sent };
  const text = found.text.replace(/\r\n/g, "\n");
  const own = of === "python" ? await importRoot(source, disk) : "";
  const root = of === "python" ? ((await rootFor(found, source, disk)) ?? own) : "";
  const base = root === own ? sent : await gathered(source, sent.files[sent.target] ?? "", disk, root);
  const there = { path: found.path, text, name: below(found.path, root) };
  const load = new Load({ ...base.files });
  if (there.name in base.files || !load.takes(text)) return { sent, there };
  const existing: Record<string, string> = { [there.name]: text };
  load.size += text.length;
  if (of === "python") {
    const fixtures = await conftests(folderOf(there.path), disk);
    await pythonNeighbours([there, ...entered(fixtures, existing, load, root)], existing, load, root, disk);
  }
  else Object.entries((await gatheredAround(there.path, text, disk, of)).files).forEach(([name, content]) => name !== there.name && load.add(name, content));
  return { sent: { files: load.files, target: base.target, existing }, there };
}

/** What goes along, within the limits. */
class Load {
  size: number;

  constructor(readonly files: Record<string, string>) {
    this.size = Object.values(files).reduce((sum, one) => sum + one.length, 0);
  }

  takes(text: string): boolean {
    return Object.keys(this.files).length < MOST_FILES && this.size + text.length <= MOST_CHARACTERS;
  }

  add(name: string, text: string): boolean {
    if (name in this.files || !this.takes(text)) return false;
    this.files[name] = text;
    this.size += text.length;
    return true;
  }
}

/** For the first tests of a module: the fixtures that are in force where these will stand. */
async function withFixtures(source: string, sent: Sources, setting: string, disk: Disk): Promise<Sent> {
  const folder = folderOf(await testPath(source, usualName(source, "python"), setting, disk));
  const fixtures = await conftests(folder, disk);
  const own = await importRoot(source, disk);
  const roots = await Promise.all(fixtures.map((one) => rootFor(one, source, disk)));
  const root = roots.find((one) => one !== undefined) ?? own;
  const base = root === own ? sent : await gathered(source, sent.files[sent.target] ?? "", disk, root);
  const existing: Record<string, string> = {};
  const load = new Load({ ...base.files });
  const taken = entered(fixtures, existing, load, root);
  if (!taken.length) return sent;
  await pythonNeighbours(taken, existing, load, root, disk);
  return { files: load.files, target: base.target, existing };
}

/** Each `conftest.py` that is in force in a folder, the nearest first. */
async function conftests(folder: string, disk: Disk): Promise<TestFile[]> {
  const paths = upward(folder).map((one) => under(one, "conftest.py")).slice(0, MOST_CONFTESTS);
  const texts = await Promise.all(paths.map((path) => disk.read(path)));
  return paths.flatMap((path, at) => (texts[at] === undefined ? [] : [{ path, text: texts[at] }]));
}

/** Put files beside the tests, and return those that fit. */
function entered(found: readonly TestFile[], existing: Record<string, string>, load: Load, root: string): TestFile[] {
  return found.filter(({ path, text }) => {
    const name = below(path, root);
    if (name in existing || name in load.files || !load.takes(text)) return false;
    existing[name] = text;
    load.size += text.length;
    return true;
  });
}

/** What tests and fixtures import of the project. */
async function pythonNeighbours(queue: TestFile[], existing: Readonly<Record<string, string>>, load: Load, root: string, disk: Disk): Promise<void> {
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    for (const path of await modulesOf(one.path, one.text, disk)) {
      const text = await disk.read(path);
      const name = below(path, root);
      if (text !== undefined && !(name in existing) && load.add(name, text)) queue.push({ path, text });
    }
  }
}

/**
 * The name and text of a generated file of tests that pass, which has no place in the one that is there; undefined where it
 * goes into that one. Tests of another framework get a file, and in Java a class, beside it.
 */
export function apart(file: string, text: string, source: string, of: Language, refused: Problem | undefined): TestFile | undefined {
  const usual = usualName(source, of);
  if (nameOf(file) !== usual) return { path: nameOf(file), text };
  if (refused?.facts.code !== OTHER) return undefined;
  const path = usualName(source, of, true);
  const name = (one: string): string => one.replace(/\.java$/, "");
  return { path, text: of === "java" ? text.replace(new RegExp(`\\b${name(usual)}\\b`, "g"), name(path)) : text };
}

/**
 * Ask with the tests that are there; where the server cannot run them, or does not know of such, without them. Rejects as
 * `ask` does.
 */
export async function asked<T>(sent: Sent, plain: Sources, ask: (body: Sent) => Promise<T>): Promise<Answer<T>> {
  if (sent.existing === undefined) return { made: await ask(plain), added: false };
  try {
    return { made: await ask(sent), added: true };
  } catch (error) {
    const blamed = error instanceof Problem && (BLAMED.includes(error.kind) || [...UNKNOWN, OTHER].includes(error.facts.code ?? ""));
    if (!blamed) throw error;
    return { made: await ask(plain), added: false, refused: error };
  }
}
