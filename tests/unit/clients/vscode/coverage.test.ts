import assert from "node:assert/strict";
import { test } from "node:test";
import { codeLines, fromCoveragePy, fromServer } from "../../../../clients/vscode/src/core/coverage";

const TEXT = '"""Doc."""\n# comment\n\ndef f(\n    a,\n):\n    """Doc\n    more."""\n    return a\n';

test("docstrings, comments, blank lines and continuations are no code", () => assert.deepEqual(codeLines(TEXT), [4, 9]));

test("lines that the server misses are missing, the rest of the code is covered", () => {
  assert.deepEqual(fromServer(TEXT, [9], 0.5), { covered: [4], missing: [9], total: 2 });
});

test("the shares agree with the server's", () => {
  const { total } = fromServer(TEXT, [9], 0.9);
  assert.equal((total - 1) / total, 0.9);
});

test("complete coverage has nothing missing", () => assert.deepEqual(fromServer(TEXT, [], 1), { covered: [4, 9], missing: [], total: 2 }));

test("the report of coverage.py gives lines by file", () => {
  const found = fromCoveragePy('{"files": {"till.py": {"executed_lines": [1, 2], "missing_lines": [3]}}}');
  assert.deepEqual(found?.get("till.py"), { covered: [1, 2], missing: [3] });
});

test("what is no report is none", () => assert.deepEqual(["", "[]", "{}", '{"files": 3}'].map((text) => fromCoveragePy(text)), Array(4).fill(undefined)));

test("lines of languages with braces: comments, blanks and lone brackets are none", () => {
  const text = "// net\nfunction net(a) {\n  /* two\n  lines */\n  return a;\n}\n";
  assert.deepEqual(fromServer(text, [5], 0.5, "javascript"), { covered: [2], missing: [5], total: 2 });
});
