import assert from "node:assert/strict";
import { test } from "node:test";
import { gatheredForFix, isTestFile, testAt, testCalled } from "../../../../clients/vscode/src/core/failing";
import type { Disk } from "../../../../clients/vscode/src/core/places";

const disk = (files: Record<string, string>): Disk => ({
  exists: async (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  read: async (path) => files[path],
});
const TEST = "from till import net\n\n\ndef test_two():\n    assert net(2) == 2\n\n\nclass TestNet:\n    def test_three(self):\n        assert net(3)\n\n    def helper(self):\n        return 1\n";

test("the test around a line has pytest's name", () => {
  assert.equal(testAt(TEST, 4, "python"), "test_two");
  assert.equal(testAt(TEST, 9, "python"), "TestNet::test_three");
});

test("outside of a test there is none", () => {
  assert.equal(testAt(TEST, 0, "python"), undefined);
  assert.equal(testAt(TEST, 7, "python"), undefined);
  assert.equal(testAt(TEST, 12, "python"), undefined);
});

test("the tested module is found beside its test, above it and below src", async () => {
  for (const [source, path] of [["till.py", "test_till.py"], ["till.py", "tests/test_till.py"], ["src/till.py", "tests/unit/test_till.py"]] as const) {
    const found = (await gatheredForFix(path, TEST, disk({ [source]: "def net(n): return n\n", [path]: TEST }))) ?? assert.fail(path);
    assert.equal(found.target, "till.py");
    assert.equal(found.places[found.target], source);
    assert.equal(found.places[found.testFile], path);
    assert.equal(found.files[found.testFile], TEST);
  }
});

test("of several modules the one that the file is named after is meant", async () => {
  const text = `import money\n${TEST}`;
  const found = await gatheredForFix("tests/test_till.py", text, disk({ "money.py": "", "till.py": "X = 1\n" }));
  assert.equal(found?.target, "till.py");
  assert.deepEqual(Object.keys(found?.files ?? {}).sort(), ["money.py", "tests/test_till.py", "till.py"]);
});

test("what the module imports and the fixtures of the folders go along", async () => {
  const files = { "shop/__init__.py": "", "shop/till.py": "from shop import tax\n", "shop/tax.py": "R = 1\n", "tests/conftest.py": "import pytest\n" };
  const found = await gatheredForFix("tests/test_till.py", TEST.replace("from till", "from shop.till"), disk(files));
  assert.equal(found?.target, "shop/till.py");
  assert.deepEqual(Object.keys(found?.files ?? {}).sort(), ["shop/__init__.py", "shop/tax.py", "shop/till.py", "tests/conftest.py", "tests/test_till.py"]);
});

test("a test that imports nothing of the project has no module", async () => {
  assert.equal(await gatheredForFix("test_till.py", "import os\n\ndef test_a():\n    assert os\n", disk({})), undefined);
});

test("a helper among the tests is not what is tested", async () => {
  const text = "from test_other import A\nfrom conftest import B\n";
  assert.equal(await gatheredForFix("tests/test_till.py", text, disk({ "tests/test_other.py": "", "tests/conftest.py": "" })), undefined);
});

test("files of tests are known by their names in every language", () => {
  const tests = ["test_a.py", "a/b_test.py", "a.test.js", "a.spec.tsx", "a.test.mjs", "a.spec.cts", "src/__tests__/a.js", "src/test/java/ATest.java", "ATests.java"];
  for (const path of tests) assert.ok(isTestFile(path), path);
  for (const path of ["a.py", "latest.js", "test.js", "Contest.java", "Test.kt", "__tests__/a.json"]) assert.ok(!isTestFile(path), path);
});

test("a test is named as its own runner does", () => {
  assert.equal(testAt('describe("net", () => {\n  it("is 0", () => {});\n});', 1, "typescript"), "net is 0");
  assert.equal(testAt("class ATest {\n  @Test void a() {}\n}", 1, "java"), "a");
  assert.equal(testCalled('test.each([1])("a, row %#: b", () => {});', "a", "javascript"), "a, row %#: b");
  assert.equal(testCalled("", "TestCart::test_b", "python"), "TestCart::test_b");
  assert.equal(testCalled(TEST, "test_three", "python"), "TestNet::test_three");
});

test("of the modules that a Jest test imports, the one it is named after is meant, and they go along with what they need", async () => {
  const text = 'import { A } from "../src/types";\nimport { help } from "./help.test";\nimport { net } from "../src/till.js";\nimport fs from "fs";\n';
  const files = { "src/types.ts": "1", "src/till.ts": 'export * from "./tax";', "src/tax.ts": "2", "src/other.ts": "3", "tests/help.test.ts": "4", "src/till.d.ts": "5" };
  const found = (await gatheredForFix("tests/till.spec.ts", text, disk(files))) ?? assert.fail();
  assert.deepEqual([found.target, found.testFile, found.places[found.target]], ["src/till.ts", "tests/till.spec.ts", "src/till.ts"]);
  assert.deepEqual(Object.keys(found.files).sort(), ["src/tax.ts", "src/till.ts", "src/types.ts", "tests/help.test.ts", "tests/till.spec.ts"]);
  assert.equal(found.files[found.testFile], text);
});

test("a Jest test with a name of its own means the first module that it imports", async () => {
  const text = 'const data = require("./data.json");\nconst { net } = require("./till");\nconst { a } = require("./a");\n';
  const found = await gatheredForFix("shop.test.js", text, disk({ "data.json": "{}", "a.js": "1", "till.js": "2" }));
  assert.equal(found?.target, "till.js");
  assert.equal(await gatheredForFix("shop.test.js", 'import { a } from "left-pad";\nimport "./gone";', disk({})), undefined);
});

test("a module that is too large is sent: it is the server that refuses it", async () => {
  const found = await gatheredForFix("a.test.js", 'import "./a";', disk({ "a.js": "x".repeat(190 * 1024) }));
  assert.equal(found?.files["a.js"]?.length, 190 * 1024);
});

test("the class that a JUnit test is named after lies across from it, with the classes that both use", async () => {
  const text = "package shop;\nimport shop.money.Price;\nimport static org.junit.Assert.assertEquals;\nclass TillTest { Till t; Fixture f; }";
  const files = {
    "app/src/main/java/shop/Till.java": "package shop; class Till { Tax t; }",
    "app/src/main/java/shop/Tax.java": "package shop;\nclass Tax {}",
    "app/src/main/java/shop/money/Price.java": "package shop.money;\n",
    "app/src/main/java/shop/Other.java": "package shop;\n",
    "app/src/test/java/shop/Fixture.java": "package shop;\n",
  };
  const path = "app/src/test/java/shop/TillTest.java";
  const found = (await gatheredForFix(path, text, disk(files))) ?? assert.fail();
  assert.deepEqual([found.target, found.testFile], ["app/src/main/java/shop/Till.java", path]);
  assert.deepEqual(Object.keys(found.files).sort(), [...Object.keys(files).filter((name) => !name.includes("Other")), path].sort());
  assert.equal(await gatheredForFix(path, text, disk({})), undefined);
});

test("without folders of Maven the class lies beside its test", async () => {
  const found = await gatheredForFix("shop/TillTest.java", "package shop;\nclass TillTest { Till t; }", disk({ "shop/Till.java": "class Till {}" }));
  assert.equal(found?.target, "shop/Till.java");
});
