import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, fromIstanbul, jestOf } from "../../../../clients/vscode/src/core/jest";
import type { Disk } from "../../../../clients/vscode/src/core/places";

const disk = (...files: string[]): Disk => ({ exists: async (path) => files.includes(path), read: async () => undefined });
const REPORT = JSON.stringify({
  testResults: [
    {
      assertionResults: [
        { title: "of ten and four is six", fullName: "net of ten and four is six", status: "passed", duration: 2.4 },
        { fullName: "net of minus one throws", status: "failed", failureMessages: ["\u001b[2mexpect(\u001b[22mnet(-1)).toThrow()\n  at till.test.js:9"] },
        { fullName: "net gives, row 0: net(1, 1) gives 0", status: "passed" },
        { fullName: "net gives, row 1: net(2, 1) gives 1", status: "failed", failureMessages: [] },
        { fullName: "is ours (yes)", status: "pending" },
      ],
    },
  ],
});

test("Jest is the nearest one above, and the package's folder is where it runs", async () => {
  const there = disk("node_modules/jest/bin/jest.js", "packages/shop/package.json", "package.json");
  assert.deepEqual(await jestOf("packages/shop/src/till.test.js", there), { script: "node_modules/jest/bin/jest.js", folder: "packages/shop" });
});

test("without a package.json Jest runs where it lies", async () => {
  const there = disk("shop/node_modules/jest/bin/jest.js");
  assert.deepEqual(await jestOf("shop/till.test.ts", there), { script: "shop/node_modules/jest/bin/jest.js", folder: "shop" });
});

test("where no Jest is installed there is none: nothing is fetched", async () => {
  assert.equal(await jestOf("shop/till.test.ts", disk("package.json", "other/node_modules/jest/bin/jest.js")), undefined);
});

test("outcome, time and message of the named tests are told, without colours", () => {
  const [passed, failed] = casesOf(REPORT, ["net of ten and four is six", "net of minus one throws"]) ?? [];
  assert.deepEqual(passed, { name: "net of ten and four is six", outcome: "passed", message: "", duration: 2 });
  assert.deepEqual(failed, { name: "net of minus one throws", outcome: "failed", message: "expect(net(-1)).toThrow()\n  at till.test.js:9", duration: 0 });
});

test("the rows of a table belong to its title", () => {
  const rows = casesOf(REPORT, ["net gives, row %#: net(%j, %j) gives %p"]) ?? [];
  assert.deepEqual(rows.map((row) => [row.name, row.outcome]), [
    ["net gives, row %#: net(%j, %j) gives %p", "passed"],
    ["net gives, row %#: net(%j, %j) gives %p", "failed"],
  ]);
});

test("signs in a title are no pattern, a part of a title is none, and what did not run was skipped", () => {
  assert.equal(casesOf(REPORT, ["is ours (yes)"])?.[0]?.outcome, "skipped");
  assert.deepEqual(casesOf(REPORT, ["net of ten", "of ten and four is six", "is ours .yes."]), []);
});

for (const [what, json] of Object.entries({
  "no report": "",
  "a file that could not be read": JSON.stringify({ testResults: [{ message: "SyntaxError", assertionResults: [] }] }),
  "something else": "[1, 2]",
  "results of another shape": JSON.stringify({ testResults: [3, { assertionResults: "all" }] }),
})) {
  test(`${what} is no outcome`, () => assert.equal(casesOf(json, ["a"]), undefined));
}

test("a line is covered when each of its statements ran", () => {
  const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });
  const file = { statementMap: { 0: at(3), 1: at(3), 2: at(1), 3: at(2), 4: {} }, s: { 0: 4, 1: 0, 2: 1, 3: 2 } };
  assert.deepEqual([...fromIstanbul(JSON.stringify({ "/p/till.js": file }))], [["/p/till.js", { covered: [1, 2], missing: [3] }]]);
});

test("coverage of another shape is left out", () => {
  assert.equal(fromIstanbul("").size, 0);
  assert.equal(fromIstanbul(JSON.stringify({ "/p/a.js": 3, "/p/b.js": { statementMap: {} } })).size, 0);
});
