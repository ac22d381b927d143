import assert from "node:assert/strict";
import { test } from "node:test";
import { readGenerated, readProgress, readTest, WrongShape } from "../../../../clients/vscode/src/core/types";
import { MADE, TESTS } from "./scripted";

test("an answer as the server gives it is taken, fields of later versions left out", () => {
  assert.deepEqual(readGenerated({ ...MADE, weather: "fine", tests: TESTS }), MADE);
});

for (const name of ["/etc/passwd", "../x.py", "a/../../x.py", "a\\b.py", "C:x.py", "", "a\0b"]) {
  test(`the file name ${JSON.stringify(name)} is refused`, () => {
    assert.throws(() => readGenerated({ ...MADE, files: { [name]: "x" } }), WrongShape);
  });
}

for (const key of ["files", "tests", "executed", "line_coverage", "missing_lines", "mutants", "surviving", "suspected_bugs", "flaky"]) {
  test(`an answer without ${key} is refused`, () => {
    assert.throws(() => readGenerated({ ...MADE, [key]: undefined }), WrongShape);
  });
}

test("a server of before, which tells of no test that was left out, is understood", () => {
  assert.deepEqual(readGenerated({ ...MADE, left_out: undefined }).left_out, []);
});

test("what was covered before is read where tests were sent, and null where none were", () => {
  assert.equal(readGenerated({ ...MADE, before: { line: 0.5, branch: null } }).before, 0.5);
  assert.equal(readGenerated({ ...MADE, before: undefined }).before, null);
  assert.throws(() => readGenerated({ ...MADE, before: { line: "half" } }), WrongShape);
});

test("a test that was left out may lack symbol and values, never name and reason", () => {
  const told = { name: "test_law", reason: "refuted" };
  assert.deepEqual(readGenerated({ ...MADE, left_out: [told] }).left_out, [{ ...told, symbol: "", counter_example: "" }]);
  for (const key of ["name", "reason"]) assert.throws(() => readGenerated({ ...MADE, left_out: [{ ...told, [key]: 3 }] }), WrongShape);
  assert.throws(() => readGenerated({ ...MADE, left_out: [{ ...told, counter_example: 3 }] }), WrongShape);
  assert.throws(() => readGenerated({ ...MADE, left_out: "all" }), WrongShape);
});

test("what is not an object is refused", () => {
  for (const value of [null, undefined, 3, "x", []]) assert.throws(() => readGenerated(value), WrongShape);
});

test("an unknown label is refused", () => assert.throws(() => readTest({ ...TESTS[0], label: "proof" }), WrongShape));

test("progress needs its figures", () => assert.throws(() => readProgress({ stage: "search", done: "1", of: 2 }), WrongShape));
