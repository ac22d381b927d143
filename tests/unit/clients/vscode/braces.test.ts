import assert from "node:assert/strict";
import { test } from "node:test";
import { Script } from "node:vm";
import { chosenOf, lineIn, mergedInto, names } from "../../../../clients/vscode/src/core/braces";
import { Review } from "../../../../clients/vscode/src/core/review";
import { lineOf } from "../../../../clients/vscode/src/core/testfile";
import { MADE } from "./scripted";

const JEST = `// Tests of till.js.

const { gross, net } = require("./till");

describe("net", () => {
  test.each([
    [1, 2, "(a"],
    [3, 4, "b}"],
  ])("by table, row %#: %p and %p gives %p", (price, rebate, expected) => {
    expect(net(price, rebate)).toBe(expected);
  });

  test("throws RangeError for -1 and {", () => {
    expect(() => net(-1, "{")).toThrow(new RangeError("price (must) not be negative"));
  });
});

describe("gross", () => {
  test("gives 3 for 2", () => {
    expect(gross(2)).toBe(3);
  });
});
`;
const [TABLE, THROWS, GROSS] = ["net by table", "net throws RangeError for -1 and {", "gross gives 3 for 2"];
const ALL = new Set([TABLE, THROWS, GROSS]);
const JUNIT = `package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of shop/Till.java. */
class TillTest {
  @Test
  void netOf1Is1() throws Exception {
    assertEquals(1, Till.net(1));
  }

  @Test
  void netOfTextThrows() throws Exception {
    assertThrows(RuntimeException.class, () -> Till.net(List.of("}")));
  }
}
`;
const JAVA = new Set(["netOf1Is1", "netOfTextThrows"]);
const parses = (text: string): Script => new Script(text);
const even = (text: string): void => assert.equal(text.match(/\{/g)?.length, text.match(/\}/g)?.length, text);

test("tests of a Jest file are called as the server calls them, tables without their rows", () => {
  assert.deepEqual([...names(JEST, "javascript")], [TABLE, THROWS, GROSS]);
});

test("tests of a JUnit file are its methods", () => assert.deepEqual([...names(JUNIT, "java")], [...JAVA]));

test("all tests chosen give the file as it was", () => {
  assert.equal(chosenOf(JEST, ALL, "javascript"), JEST);
  assert.equal(chosenOf(JUNIT, JAVA, "java"), JUNIT);
});

test("a rejected test goes with its block and the names that only it used", () => {
  const text = chosenOf(JEST, new Set([THROWS]), "javascript");
  assert.deepEqual([...names(text, "javascript")], [THROWS]);
  assert.ok(text.includes('const { net } = require("./till");'));
  assert.ok(!text.includes("gross"));
  assert.ok(!/\n\n\n|\{\n\n|\n\n\}/.test(text));
  parses(text);
});

test("a rejected method goes with the imports that only it used", () => {
  const text = chosenOf(JUNIT, new Set(["netOf1Is1"]), "java");
  assert.ok(!text.includes("assertThrows") && !text.includes("java.util.List"));
  assert.ok(text.startsWith("package shop;\n\nimport static org.junit.jupiter.api.Assertions.assertEquals;\n"));
  even(text);
});

test("what a Jest file holds stays, word for word, and what is new stands behind it", () => {
  const ours = 'const { net } = require("./till");\n\ntest("ours", () => {\n  expect(net(9, 1)).toBe(8); // keep\n});\n';
  const text = mergedInto(ours, JEST, ALL, "javascript");
  for (const line of ours.split("\n")) assert.ok(text.split("\n").includes(line), line);
  assert.ok(text.includes('const { gross } = require("./till");'), text);
  assert.equal(text.match(/\bnet \}/g)?.length, 1);
  assert.deepEqual([...names(text, "javascript")], [TABLE, THROWS, GROSS]);
  parses(text);
});

test("tests join the block that is there, and a second time changes nothing", () => {
  const ours = 'const { net } = require("./till");\n\ndescribe("net", () => {\n  test("ours", () => {});\n});\n';
  const once = mergedInto(ours, JEST, ALL, "javascript");
  assert.equal(once.match(/describe\("net"/g)?.length, 1);
  assert.equal(mergedInto(once, JEST, ALL, "javascript"), once);
  parses(once);
});

test("another test of the same name gets a number", () => {
  const ours = 'describe("gross", () => {\n  test("gives 3 for 2", () => {\n    expect(1).toBe(1);\n  });\n});\n';
  const text = mergedInto(ours, JEST, new Set([GROSS]), "javascript");
  assert.deepEqual([...names(text, "javascript")], [GROSS, `${GROSS} (2)`]);
  parses(text);
});

test("it, ES imports and line ends of a file are followed", () => {
  const ours = 'import { net } from "./till";\r\n\r\ndescribe("old", () => {\r\n  it("works", () => {});\r\n});\r\n';
  const text = mergedInto(ours, JEST, new Set([GROSS, TABLE]), "typescript");
  assert.ok(text.includes('import { gross } from "./till";\r\n'), text);
  assert.ok(text.includes('  it("gives 3 for 2", ') && text.includes("  it.each([") && !text.includes("test("));
  assert.ok(!text.replace(/\r\n/g, "").includes("\n"));
});

test("a JUnit class is added to in its own indentation, with the imports it lacks", () => {
  const ours =
    "package shop;\n\nimport static org.junit.jupiter.api.Assertions.*;\nimport org.junit.jupiter.api.Test;\n\nclass TillTest {\n" +
    "    @Test\n    void ours() {\n        assertTrue(true); // }\n    }\n}\n";
  const text = mergedInto(ours, JUNIT, JAVA, "java");
  for (const line of ours.split("\n")) assert.ok(text.split("\n").includes(line), line);
  assert.ok(text.includes("import java.util.List;\n"));
  assert.ok(!text.includes("Assertions.assertEquals"));
  assert.ok(text.includes("    @Test\n    void netOf1Is1() throws Exception {\n        assertEquals(1, Till.net(1));\n    }\n"), text);
  assert.equal(text.match(/class TillTest/g)?.length, 1);
  assert.deepEqual([...names(text, "java")], ["ours", ...JAVA]);
});

test("a method of the same name gets a number, the same method is not doubled", () => {
  const ours = "class TillTest {\n  @Test\n  void netOf1Is1() {\n    fail();\n  }\n}\n";
  const text = mergedInto(ours, JUNIT, new Set(["netOf1Is1"]), "java");
  assert.deepEqual([...names(text, "java")], ["netOf1Is1", "netOf1Is12"]);
  assert.equal(mergedInto(JUNIT, JUNIT, JAVA, "java"), JUNIT);
});

test("an empty file becomes the choice", () => {
  assert.equal(mergedInto("\n", JEST, ALL, "javascript"), JEST);
  assert.equal(mergedInto("", JUNIT, JAVA, "java"), JUNIT);
});

test("a test is found by its line in every language", () => {
  assert.equal(lineOf(JEST, GROSS, "javascript"), JEST.split("\n").findIndex((line) => line.includes("gives 3 for 2")));
  assert.equal(lineIn(JUNIT, "netOfTextThrows", "java"), JUNIT.split("\n").findIndex((line) => line.includes("netOfTextThrows")));
  assert.equal(lineIn(JEST, "net of nothing", "javascript"), undefined);
});

test("a review of Jest tests adds, leaves out what was rejected, and tells files apart", () => {
  const tests = [TABLE, THROWS, GROSS].map((name) => ({ ...MADE.tests[0]!, name, code: "test(" }));
  const review = new Review({ ...MADE, tests, files: { "till.test.js": JEST, "till.suspected.test.js": 'describe("x", () => {});\n' } }, "javascript");
  assert.equal(review.in("till.test.js").length, 3);
  assert.equal(review.in("till.suspected.test.js").length, 0);
  review.decide(THROWS, "rejected");
  const existing = 'test("ours", () => {});\n';
  const text = review.proposal("till.test.js", existing);
  assert.ok(text.includes(existing.trim()) && text.includes("gives 3 for 2") && !text.includes("RangeError"));
});
