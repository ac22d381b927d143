import assert from "node:assert/strict";
import { test } from "node:test";
import type { Translate } from "../../../../clients/vscode/src/core/problems";
import { details, leftOutText, percent, stage, summary } from "../../../../clients/vscode/src/core/report";
import { MADE } from "./scripted";

const t: Translate = (message, ...values) => message.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));

test("the summary gives the figures", () => {
  assert.equal(summary(MADE, t), "Suspected bugs: 1. Tests: 3, line coverage 90 %, mutation score 88 %.");
});

test("branches are told where they were measured, and nothing is in the way where there is no bug", () => {
  const text = summary({ ...MADE, branch_coverage: 0.75, suspected_bugs: [] }, t);
  assert.equal(text, "Tests: 3, line coverage 90 %, branches 75 %, mutation score 88 %.");
});

test("what the tests that were there covered stands beside what all cover now", () => {
  assert.ok(summary({ ...MADE, before: 0.5 }, t).endsWith("line coverage 90 %, mutation score 88 %. Before: 50 %."));
  assert.equal(stage({ stage: "existing", done: 0, of: 1 }, 0, t), "running the tests that are there 0 %");
});

test("tests that nobody ran are called so", () => assert.match(summary({ ...MADE, executed: false }, t), /^The tests were not executed/));

test("what was not measured is a dash, what is zero is zero", () => assert.deepEqual([null, 0, 1].map(percent), ["–", "0 %", "100 %"]));

test("the log names missing lines, surviving mutants, bugs and flaky tests", () => {
  const text = details({ ...MADE, flaky: ["test_dice"] }, t).join("\n");
  for (const words of ["not reached: 12", "Line 10: no test notices a > b -> a >= b", "net(-1, 10.0) gives 0.0", "test_dice"]) {
    assert.ok(text.includes(words), words);
  }
});

const LEFT = { name: "test_trim_twice_is_trim_once", reason: "only its name suggested it", symbol: "trim", counter_example: "text=' a '" };

test("a law that was not confirmed is counted last, where there is one, and told in full in the log", () => {
  assert.ok(summary({ ...MADE, left_out: [LEFT] }, t).endsWith("mutation score 88 %. Laws not confirmed: 1, in the Problems view."));
  assert.ok(!summary(MADE, t).includes("Laws"));
  assert.ok(details({ ...MADE, left_out: [LEFT] }, t).includes(leftOutText(LEFT, t)));
});

test("fixtures that were not used are counted apart from laws", () => {
  const fixture = { name: "tests/conftest.py", reason: "it cannot be used in the sandbox", symbol: "", counter_example: "" };
  const both = summary({ ...MADE, left_out: [LEFT, fixture] }, t);
  assert.ok(both.endsWith("Laws not confirmed: 1, in the Problems view. Fixtures not used: 1, in the Problems view."));
  assert.ok(!summary({ ...MADE, left_out: [fixture] }, t).includes("Laws"));
  assert.equal(leftOutText(fixture, t), "Left out: tests/conftest.py: it cannot be used in the sandbox");
});

test("with values the reason is a sentence of ours, without them the server's", () => {
  const text = leftOutText(LEFT, t);
  for (const words of [LEFT.name, "does not hold for text=' a '"]) assert.ok(text.includes(words), words);
  assert.equal(leftOutText({ ...LEFT, counter_example: "" }, t), `Left out: ${LEFT.name}: only its name suggested it`);
});

test("progress has a name, a share and the tests so far", () => {
  assert.equal(stage({ stage: "mutants", done: 3, of: 4 }, 2, t), "trying mutants 75 % · 2 tests");
});

test("progress of an unknown size has no share, and more than all is all", () => {
  assert.equal(stage({ stage: "queued", done: 0, of: 0 }, 0, t), "waiting for a free place");
  assert.equal(stage({ stage: "search", done: 5, of: 4 }, 0, t), "searching inputs 100 %");
});

test("a stage of a later version is shown as it is called", () => assert.equal(stage({ stage: "dream", done: 0, of: 0 }, 0, t), "dream"));
