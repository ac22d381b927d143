/** Sentences about a run. */

import type { Translate } from "./problems";
import type { Generated, LeftOut, Progress, SuspectedBug } from "./types";

export function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(share * 100)} %`;
}

export function summary(made: Generated, t: Translate): string {
  // A notification shows about sixty characters: what asks for a look comes first, and the figures are short.
  const sentences: string[] = [];
  if (!made.executed) sentences.push(t("The tests were not executed."));
  if (made.suspected_bugs.length) sentences.push(t("Suspected bugs: {0}.", made.suspected_bugs.length));
  const [lines, branches, score] = [made.line_coverage, made.branch_coverage, made.mutation_score].map(percent);
  sentences.push(
    made.branch_coverage === null
      ? t("Tests: {0}, line coverage {1}, mutation score {2}.", made.tests.length, lines ?? "", score ?? "")
      : t("Tests: {0}, line coverage {1}, branches {2}, mutation score {3}.", made.tests.length, lines ?? "", branches ?? "", score ?? ""),
  );
  if (made.before !== null) sentences.push(t("Before: {0}.", percent(made.before)));
  const laws = made.left_out.filter((one) => one.symbol !== "").length; // a fixture is of no symbol
  if (laws) sentences.push(t("Laws not confirmed: {0}, in the Problems view.", laws));
  if (made.left_out.length > laws) sentences.push(t("Fixtures not used: {0}, in the Problems view.", made.left_out.length - laws));
  return sentences.join(" ");
}

/** Everything, for the log: surviving mutants by line, flaky tests, suspected bugs. */
export function details(made: Generated, t: Translate): string[] {
  return [
    summary(made, t),
    ...made.missing_lines.slice(0, 1).map(() => t("Lines not reached: {0}", made.missing_lines.join(", "))),
    ...made.surviving.map((one) => t("Line {0}: no test notices {1}", one.line, one.change)),
    ...made.suspected_bugs.map((bug) => bugText(bug, t)),
    ...made.left_out.map((one) => leftOutText(one, t)),
    ...made.flaky.map((name) => t("Left out because it did not pass each time: {0}", name)),
  ];
}

export function bugText(bug: SuspectedBug, t: Translate): string {
  return t(
    "{0}: {1} gives {2}, but the contract says: {3} (expected: {4})",
    bug.symbol,
    bug.counter_example,
    bug.observed,
    bug.contract,
    bug.expected,
  );
}

/** Why a test was not handed out: in the editor's language where values tell it, else in the server's words. */
export function leftOutText(one: LeftOut, t: Translate): string {
  if (one.counter_example === "") return t("Left out: {0}: {1}", one.name, one.reason);
  return t("Left out: {0}. Only a name or a type suggested this law, and it does not hold for {1}.", one.name, one.counter_example);
}

export function stage(progress: Progress, found: number, t: Translate): string {
  const names: Readonly<Record<string, string>> = {
    queued: t("waiting for a free place"),
    existing: t("running the tests that are there"),
    search: t("searching inputs"),
    mutants: t("trying mutants"),
    gate: t("running the tests"),
  };
  const name = names[progress.stage] ?? progress.stage;
  const share = progress.of > 0 ? ` ${Math.round((100 * Math.min(progress.done, progress.of)) / progress.of)} %` : "";
  return `${name}${share}` + (found ? ` · ${t("{0} tests", found)}` : "");
}
