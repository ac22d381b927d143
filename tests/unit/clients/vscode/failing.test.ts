import assert from "node:assert/strict";
import { test } from "node:test";
import { gatheredForFix, testAt } from "../../../../clients/vscode/src/core/failing";
import type { Disk } from "../../../../clients/vscode/src/core/places";

const disk = (files: Record<string, string>): Disk => ({
  exists: async (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  read: async (path) => files[path],
});
const TEST = "from till import net\n\n\ndef test_two():\n    assert net(2) == 2\n\n\nclass TestNet:\n    def test_three(self):\n        assert net(3)\n\n    def helper(self):\n        return 1\n";

test("the test around a line has pytest's name", () => {
  assert.equal(testAt(TEST, 4), "test_two");
  assert.equal(testAt(TEST, 9), "TestNet::test_three");
});

test("outside of a test there is none", () => {
  assert.equal(testAt(TEST, 0), undefined);
  assert.equal(testAt(TEST, 7), undefined);
  assert.equal(testAt(TEST, 12), undefined);
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
