/** Jest as a project has it: where it lies, and what it reports (`--json`, and coverage by Istanbul). */

import type { Lines } from "./coverage";
import type { Case } from "./junit";
import { type Disk, folderOf, under } from "./places";
import { type Fields, isFields } from "./types";

export interface Jest {
  /** The script, for Node.js. */
  readonly script: string;
  /** The folder of the package, whose configuration Jest takes. */
  readonly folder: string;
}

const SCRIPT = "node_modules/jest/bin/jest.js";

/** The nearest Jest above a test file; undefined where none is installed. */
export async function jestOf(path: string, disk: Disk): Promise<Jest | undefined> {
  const folder = await nearest(path, "package.json", disk);
  const home = await nearest(path, SCRIPT, disk);
  return home === undefined ? undefined : { script: under(home, SCRIPT), folder: folder ?? home };
}

async function nearest(path: string, name: string, disk: Disk): Promise<string | undefined> {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (await disk.exists(under(folder, name))) return folder;
    if (folder === "") return undefined;
  }
}

/** How the named tests ended; undefined where no test was run: the output says why. */
export function casesOf(json: string, tests: readonly string[]): Case[] | undefined {
  const told = list(fieldsOf(json).testResults).flatMap((file) => list(file.assertionResults));
  if (!told.length) return undefined;
  return tests.flatMap((test) => {
    const title = titled(test);
    return told.filter((one) => title.test(String(one.fullName))).map((one) => ended(test, one));
  });
}

/** The server names a test by its block and its title, as Jest does. A table's title has places (`row %#`, `%p`) that Jest fills. */
function titled(test: string): RegExp {
  const words = test.split(/%[a-zA-Z#$]/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${words.join("[\\s\\S]*")}$`);
}

function ended(name: string, told: Fields): Case {
  const outcome = told.status === "passed" ? "passed" : told.status === "failed" ? "failed" : "skipped";
  const messages = Array.isArray(told.failureMessages) ? told.failureMessages.map(String) : [];
  const message = messages.join("\n").replace(/\u001b\[[\d;]*m/g, "").trim();
  return { name, outcome, message, duration: typeof told.duration === "number" ? Math.round(told.duration) : 0 };
}

/** Lines by the absolute path of their file: a line is covered when every statement that begins there ran. */
export function fromIstanbul(json: string): ReadonlyMap<string, Lines> {
  const found = new Map<string, Lines>();
  for (const [path, file] of Object.entries(fieldsOf(json))) {
    if (!isFields(file) || !isFields(file.statementMap) || !isFields(file.s)) continue;
    const reached = new Map<number, boolean>();
    for (const [id, place] of Object.entries(file.statementMap)) {
      const line = isFields(place) && isFields(place.start) ? Number(place.start.line) : NaN;
      if (Number.isInteger(line)) reached.set(line, (reached.get(line) ?? true) && Number(file.s[id]) > 0);
    }
    const lines = [...reached].sort(([a], [b]) => a - b);
    found.set(path, {
      covered: lines.flatMap(([line, ran]) => (ran ? [line] : [])),
      missing: lines.flatMap(([line, ran]) => (ran ? [] : [line])),
    });
  }
  return found;
}

function fieldsOf(json: string): Fields {
  try {
    const value: unknown = JSON.parse(json);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
