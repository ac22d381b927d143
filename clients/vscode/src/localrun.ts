/** Accepted tests run by the project's own Python or Jest; never in a workspace that the person does not trust. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as vscode from "vscode";
import { fromCoveragePy, type Lines } from "./core/coverage";
import { casesOf, fromIstanbul, jestOf } from "./core/jest";
import { type Case, cases } from "./core/junit";
import { importRoot, nameOf } from "./core/places";
import { languageOf } from "./core/symbols";
import { nodeOf } from "./core/testfile";
import { exists, placeOf, textOf } from "./project";
import * as settings from "./settings";
import { t } from "./texts";

export interface Outcome {
  readonly cases: readonly Case[];
  readonly coverage: ReadonlyMap<vscode.Uri, Lines>;
  readonly output: string;
  readonly problem?: string;
  /** The file was not accepted, or is gone. */
  readonly absent?: boolean;
}

/** Where the sources of a test file lie, as this session generated it. */
const roots = new Map<string, vscode.Uri>();

export function remember(target: vscode.Uri, source: vscode.Uri): void {
  roots.set(target.toString(), source);
}

/** The source that a test file was generated from in this session. */
export function sourceOf(target: vscode.Uri): vscode.Uri | undefined {
  return roots.get(target.toString());
}

/** One run: `folder` is for its reports; `failed` says why there is no outcome. */
interface Run {
  readonly target: vscode.Uri;
  readonly tests: readonly string[];
  readonly coverage: boolean;
  readonly token: vscode.CancellationToken;
  readonly folder: string;
  readonly failed: (problem: string, output?: string) => Outcome;
}

export async function runLocally(
  target: vscode.Uri,
  tests: readonly string[],
  coverage: boolean,
  token: vscode.CancellationToken,
): Promise<Outcome> {
  const failed = (problem: string, output = ""): Outcome => ({ cases: [], coverage: new Map(), output, problem });
  if (!vscode.workspace.isTrusted) return failed(t("Tests run only in a trusted workspace."));
  const language = languageOf(target.path);
  if (language === "java") return failed(t("Java tests do not run from here. Run {0} by the build of your project.", nameOf(target.path)));
  if (target.scheme !== "file" || !(await exists(target))) {
    return { ...failed(t("Accept the tests first: {0} is not there yet.", nameOf(target.path))), absent: true };
  }
  const folder = await mkdtemp(join(tmpdir(), "moe-assistant-"));
  try {
    const run = language === "python" ? measured : byJest;
    return await run({ target, tests, coverage, token, folder, failed });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured({ target, tests, coverage, token, folder, failed }: Run): Promise<Outcome> {
  const source = roots.get(target.toString()) ?? target;
  const place = placeOf(source);
  const root = vscode.Uri.joinPath(place.folder, await importRoot(place.path, place.disk)).fsPath;
  const report = join(folder, "report.xml");
  const data = join(folder, "coverage");
  const text = (await textOf(target)) ?? "";
  const pytest = ["-m", "pytest", "-q", `--junitxml=${report}`, ...tests.map((test) => `${target.fsPath}::${nodeOf(text, test)}`)];
  const measure = ["-m", "coverage", "run", "--branch", `--data-file=${data}`, `--source=${root}`];
  const run = await python([...(coverage ? measure : []), ...pytest], place.folder.fsPath, root, token);
  if (token.isCancellationRequested) return { cases: [], coverage: new Map(), output: run.output };
  const xml = await readFile(report, "utf8").catch(() => undefined);
  if (xml === undefined) return failed(missing(run.output, coverage), run.output);
  const lines = new Map<vscode.Uri, Lines>();
  if (coverage) {
    const json = join(folder, "coverage.json");
    await python(["-m", "coverage", "json", "-q", `--data-file=${data}`, "-o", json], place.folder.fsPath, root, token);
    const found = fromCoveragePy(await readFile(json, "utf8").catch(() => ""));
    found?.forEach((one, name) => {
      const path = name.startsWith("/") ? vscode.Uri.file(name) : vscode.Uri.joinPath(place.folder, name);
      if (path.toString() !== target.toString()) lines.set(path, one);
    });
  }
  return { cases: cases(xml), coverage: lines, output: run.output };
}

async function byJest({ target, tests, coverage, token, folder, failed }: Run): Promise<Outcome> {
  const place = placeOf(target);
  const jest = await jestOf(place.path, place.disk);
  if (jest === undefined) return failed(t("Jest is not installed in this project. Install it there, for example: npm install --save-dev jest"));
  const full = (path: string): string => vscode.Uri.joinPath(place.folder, path).fsPath;
  const report = join(folder, "report.json");
  const measure = coverage ? ["--coverage", "--coverageReporters=json", `--coverageDirectory=${folder}`] : [];
  const args = [full(jest.script), "--ci", "--no-color", "--json", `--outputFile=${report}`, ...measure, "--runTestsByPath", target.fsPath];
  const run = await ran("node", args, full(jest.folder), {}, token);
  if (token.isCancellationRequested) return { cases: [], coverage: new Map(), output: run.output };
  const found = casesOf(await readFile(report, "utf8").catch(() => ""), tests);
  if (found === undefined) {
    const problem = run.output.includes("ENOENT") ? t("Node.js was not found on the path of the editor.") : t("The tests could not be run; the output says why.");
    return failed(problem, run.output);
  }
  const lines = fromIstanbul(await readFile(join(folder, "coverage-final.json"), "utf8").catch(() => ""));
  return { cases: found, coverage: new Map([...lines].map(([path, one]) => [vscode.Uri.file(path), one])), output: run.output };
}

function missing(output: string, coverage: boolean): string {
  const module = /No module named '?(pytest|coverage)/.exec(output)?.[1];
  if (module) return t("{0} is not installed for {1}. Install it, or choose another Python in the settings.", module, settings.python());
  if (output.includes("ENOENT")) return t("{0} was not found. Choose a Python in the settings.", settings.python());
  return coverage ? t("The tests could not be measured; the output says why.") : t("The tests could not be run; the output says why.");
}

function python(
  args: readonly string[],
  cwd: string,
  root: string,
  token: vscode.CancellationToken,
): Promise<{ output: string }> {
  const path = [root, process.env.PYTHONPATH].filter((one) => one).join(delimiter);
  return ran(settings.python(), args, cwd, { PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: "1" }, token);
}

function ran(
  command: string,
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>>,
  token: vscode.CancellationToken,
): Promise<{ output: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...more };
    const child = execFile(command, [...args], { cwd, env, maxBuffer: 8 * 1024 * 1024 }, (error, out, err) => {
      stop.dispose();
      resolve({ output: out + err + (error && "code" in error && error.code === "ENOENT" ? "ENOENT" : "") });
    });
    const stop = token.onCancellationRequested(() => child.kill("SIGKILL"));
  });
}
