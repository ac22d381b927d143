/** Generated tests in the Test Explorer: as the server ran them, and run again in the project, with coverage. */

import * as vscode from "vscode";
import { fromServer, type Lines } from "./core/coverage";
import { byTest } from "./core/junit";
import { nameOf } from "./core/places";
import { percent } from "./core/report";
import { languageOf } from "./core/symbols";
import { lineOf } from "./core/testfile";
import type { Generated } from "./core/types";
import { type Outcome, runLocally } from "./localrun";
import { textOf } from "./project";
import { t } from "./texts";

class LineCoverage extends vscode.FileCoverage {
  constructor(
    uri: vscode.Uri,
    readonly lines: Lines,
    total = lines.covered.length + lines.missing.length,
  ) {
    super(uri, new vscode.TestCoverageCount(total - lines.missing.length, total));
  }
}

export class Explorer implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("moeAssistant", "MoE Assistant");

  constructor(private readonly failed: (message: string) => void) {
    const kinds = vscode.TestRunProfileKind;
    const run = (kind: vscode.TestRunProfileKind, title: string): void => {
      const profile = this.controller.createRunProfile(
        title,
        kind,
        (request, token) => this.run(request, token, kind === kinds.Coverage),
        true,
      );
      profile.loadDetailedCoverage = (_, coverage) => Promise.resolve(detailed(coverage));
    };
    run(kinds.Run, t("Run in the project"));
    run(kinds.Coverage, t("Run in the project with coverage"));
  }

  /** List the tests of a run and show how they ended on the server. */
  async show(source: vscode.Uri, made: Generated, targets: ReadonlyMap<string, vscode.Uri>): Promise<void> {
    const run = this.controller.createTestRun(new vscode.TestRunRequest(), t("Run by the server"), true);
    for (const [file, target] of targets) {
      const item = this.file(target);
      const text = made.files[file] ?? "";
      for (const test of made.tests) {
        if (lineOf(text, test.name, languageOf(file)) === undefined) continue;
        const child = this.controller.createTestItem(`${target.toString()}#${test.name}`, test.name, target);
        child.description = `${test.label} · ${test.scenario}`;
        item.children.add(child);
        if (test.status === "passed") run.passed(child);
        else run.failed(child, new vscode.TestMessage(bugMessage(made, test.name, test.scenario)));
      }
    }
    run.appendOutput(`${t("Line coverage {0}, mutation score {1}.", percent(made.line_coverage), percent(made.mutation_score))}\r\n`);
    const shown = fromServer((await textOf(source)) ?? "", made.missing_lines, made.line_coverage, languageOf(source.path));
    run.addCoverage(new LineCoverage(source, shown, Math.max(shown.total, shown.missing.length)));
    run.end();
    await this.place(targets.values());
  }

  /** Give tests that stand in files now their lines. */
  async place(targets: Iterable<vscode.Uri>): Promise<void> {
    for (const target of targets) {
      const text = await textOf(target);
      this.controller.items.get(target.toString())?.children.forEach((child) => {
        const line = text === undefined ? undefined : lineOf(text, child.label, languageOf(target.path));
        child.range = line === undefined ? undefined : new vscode.Range(line, 0, line, 0);
      });
    }
  }

  /** A rejected test is no test of the project. */
  remove(target: vscode.Uri, test: string): void {
    this.controller.items.get(target.toString())?.children.delete(`${target.toString()}#${test}`);
  }

  private file(target: vscode.Uri): vscode.TestItem {
    const known = this.controller.items.get(target.toString());
    if (known !== undefined) return known;
    const item = this.controller.createTestItem(target.toString(), nameOf(target.path), target);
    this.controller.items.add(item);
    return item;
  }

  private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken, coverage: boolean): Promise<void> {
    const run = this.controller.createTestRun(request);
    try {
      const files = wanted(request, this.controller);
      for (const [file, items] of files) {
        if (token.isCancellationRequested) break;
        items.forEach((item) => run.started(item));
        const outcome = await runLocally(vscode.Uri.parse(file), items.map((item) => item.label), coverage, token);
        this.tell(run, items, outcome, files.size > 1);
      }
    } finally {
      run.end();
    }
  }

  private tell(run: vscode.TestRun, items: readonly vscode.TestItem[], outcome: Outcome, several: boolean): void {
    run.appendOutput(outcome.output.replace(/\r?\n/g, "\r\n"));
    // Beside accepted tests, those that were not accepted are nothing that went wrong.
    if (outcome.absent && several) {
      items.forEach((item) => run.skipped(item));
      return;
    }
    if (outcome.problem !== undefined) {
      const { problem } = outcome;
      items.forEach((item) => run.errored(item, new vscode.TestMessage(problem)));
      this.failed(problem);
      return;
    }
    const results = byTest(outcome.cases);
    for (const item of items) {
      const result = results.get(item.label);
      if (result === undefined || result.outcome === "skipped") run.skipped(item);
      else if (result.outcome === "passed") run.passed(item, result.duration);
      else run[result.outcome](item, new vscode.TestMessage(result.message), result.duration);
    }
    for (const [uri, lines] of outcome.coverage) run.addCoverage(new LineCoverage(uri, lines));
  }

  dispose(): void {
    this.controller.dispose();
  }
}

function bugMessage(made: Generated, test: string, scenario: string): string {
  const bug = made.suspected_bugs.find((one) => one.test === test);
  if (bug === undefined) return scenario;
  return t("{0} gives {1}; expected: {2}", bug.counter_example, bug.observed, bug.expected);
}

function detailed(coverage: vscode.FileCoverage): vscode.StatementCoverage[] {
  if (!(coverage instanceof LineCoverage)) return [];
  const at = (line: number): vscode.Position => new vscode.Position(line - 1, 0);
  return [
    ...coverage.lines.covered.map((line) => new vscode.StatementCoverage(true, at(line))),
    ...coverage.lines.missing.map((line) => new vscode.StatementCoverage(false, at(line))),
  ];
}

function wanted(request: vscode.TestRunRequest, controller: vscode.TestController): Map<string, vscode.TestItem[]> {
  const files = new Map<string, vscode.TestItem[]>();
  const excluded = new Set(request.exclude ?? []);
  const add = (item: vscode.TestItem): void => {
    if (excluded.has(item)) return;
    if (item.children.size) item.children.forEach(add);
    else if (item.parent) files.set(item.parent.id, [...(files.get(item.parent.id) ?? []), item]);
  };
  if (request.include) request.include.forEach(add);
  else controller.items.forEach(add);
  return files;
}
