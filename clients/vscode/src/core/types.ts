/** What `POST /api/v1/tests` takes and answers (docs/rest.md), read with suspicion: the address may be anything. */

export type Label = "contract" | "regression" | "suspected_bug";

export interface WrittenTest {
  readonly name: string;
  readonly label: Label;
  readonly status: string;
  readonly scenario: string;
  readonly symbol: string;
  readonly code: string;
}

export interface SuspectedBug {
  readonly symbol: string;
  readonly contract: string;
  readonly counter_example: string;
  readonly expected: string;
  readonly observed: string;
  readonly test: string;
}

/** A test that was written and not handed out, for a reason that can be told; `counter_example` and `symbol` may be empty. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
  readonly symbol: string;
  readonly counter_example: string;
}

export interface Survivor {
  readonly line: number;
  readonly change: string;
}

export interface Generated {
  readonly files: Readonly<Record<string, string>>;
  readonly tests: readonly WrittenTest[];
  readonly executed: boolean;
  readonly line_coverage: number;
  readonly branch_coverage: number | null;
  /** Share of lines that the tests cover which were there; null where none were sent. */
  readonly before: number | null;
  readonly missing_lines: readonly number[];
  readonly mutation_score: number | null;
  readonly mutants: number;
  readonly surviving: readonly Survivor[];
  readonly suspected_bugs: readonly SuspectedBug[];
  readonly flaky: readonly string[];
  readonly left_out: readonly LeftOut[];
  readonly seconds: number | null;
}

export interface TestsRequest {
  readonly language: string;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
  /** The project's tests of the target, to be added to. */
  readonly existing?: Readonly<Record<string, string>>;
  readonly symbols: readonly string[];
  readonly budget: number;
}

export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly of: number;
}

/** The answer has not the shape of an assistant's. */
export class WrongShape extends Error {}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fields(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new WrongShape(`${what} is no object`);
  return value;
}

export function list<T>(value: unknown, what: string, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new WrongShape(`${what} is no list`);
  return value.map(read);
}

export function text(from: Fields, key: string): string {
  const value = from[key];
  if (typeof value !== "string") throw new WrongShape(`${key} is no text`);
  return value;
}

export function numberOf(from: Fields, key: string): number {
  const value = from[key];
  if (typeof value !== "number") throw new WrongShape(`${key} is no number`);
  return value;
}

function share(from: Fields, key: string): number | null {
  return from[key] === null || from[key] === undefined ? null : numberOf(from, key);
}

const LABELS: readonly string[] = ["contract", "regression", "suspected_bug"];

export function readTest(value: unknown): WrittenTest {
  const from = fields(value, "a test");
  const label = text(from, "label");
  if (!LABELS.includes(label)) throw new WrongShape(`unknown label ${label}`);
  return {
    name: text(from, "name"),
    label: label as Label,
    status: text(from, "status"),
    scenario: text(from, "scenario"),
    symbol: text(from, "symbol"),
    code: text(from, "code"),
  };
}

export function readProgress(value: unknown): Progress {
  const from = fields(value, "progress");
  return { stage: text(from, "stage"), done: numberOf(from, "done"), of: numberOf(from, "of") };
}

function readBug(value: unknown): SuspectedBug {
  const from = fields(value, "a suspected bug");
  return {
    symbol: text(from, "symbol"),
    contract: text(from, "contract"),
    counter_example: text(from, "counter_example"),
    expected: text(from, "expected"),
    observed: text(from, "observed"),
    test: text(from, "test"),
  };
}

function readLeftOut(value: unknown): LeftOut {
  const from = fields(value, "a test that was left out");
  const words = (key: string): string => (from[key] === undefined ? "" : text(from, key));
  return { name: text(from, "name"), reason: text(from, "reason"), symbol: words("symbol"), counter_example: words("counter_example") };
}

function readFiles(value: unknown): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, content] of Object.entries(fields(value, "files"))) {
    // A name becomes a file on the developer's disk: nothing that leads elsewhere.
    if (typeof content !== "string") throw new WrongShape(`file ${name} is no text`);
    if (!/^[^\\:\0]+$/.test(name) || name.startsWith("/") || name.split("/").some((part) => part === "..")) {
      throw new WrongShape(`file name ${JSON.stringify(name)} leads outside`);
    }
    files[name] = content;
  }
  return files;
}

/** Check the whole answer. Throws WrongShape. */
export function readGenerated(value: unknown): Generated {
  const from = fields(value, "the answer");
  if (typeof from.executed !== "boolean") throw new WrongShape("executed is missing");
  return {
    files: readFiles(from.files),
    tests: list(from.tests, "tests", readTest),
    executed: from.executed,
    line_coverage: numberOf(from, "line_coverage"),
    branch_coverage: share(from, "branch_coverage"),
    before: isFields(from.before) ? share(from.before, "line") : null,
    missing_lines: list(from.missing_lines, "missing_lines", Number),
    mutation_score: share(from, "mutation_score"),
    mutants: numberOf(from, "mutants"),
    surviving: list(from.surviving, "surviving", (item) => {
      const survivor = fields(item, "a survivor");
      return { line: numberOf(survivor, "line"), change: text(survivor, "change") };
    }),
    suspected_bugs: list(from.suspected_bugs, "suspected_bugs", readBug),
    flaky: list(from.flaky, "flaky", String),
    // Servers of before say nothing of these.
    left_out: list(from.left_out ?? [], "left_out", readLeftOut),
    seconds: share(from, "seconds"),
  };
}
