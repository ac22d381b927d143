import assert from "node:assert/strict";
import { test } from "node:test";
import { type Disk, gathered, imported, importRoot, MOST_FILES, testPath } from "../../../../clients/vscode/src/core/places";

const disk = (files: Record<string, string>): Disk => ({
  exists: async (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  read: async (path) => files[path],
});
const PROJECT = {
  "src/shop/__init__.py": "",
  "src/shop/till.py": "from .money import Amount\nfrom shop.tax import rate\nimport json\n",
  "src/shop/money.py": "from decimal import Decimal\n",
  "src/shop/tax.py": "import shop.tables.rates\n",
  "src/shop/tables/__init__.py": "# tables\n",
  "src/shop/tables/rates.py": "",
  "src/other/far.py": "",
};

test("imports start from the first folder that is no package", async () => {
  assert.equal(await importRoot("src/shop/tables/rates.py", disk(PROJECT)), "src");
  assert.equal(await importRoot("src/other/far.py", disk(PROJECT)), "src/other");
  assert.equal(await importRoot("till.py", disk({ "till.py": "" })), "");
});

test("what a module imports is read with dots, lists and brackets", () => {
  const text = "import a.b, c as d\nfrom e.f import (\n    g,\n    h as i,\n)\nfrom . import j\nfrom ..k import l\n    import m\n";
  const found = imported(text, "p/q/mod.py");
  for (const module of ["a", "a/b", "c", "e/f", "e/f/g", "e/f/h", "p/q/j", "p/k", "p/k/l", "m"]) assert.ok(found.includes(module), module);
});

test("a relative import that leaves the project is skipped", () => assert.deepEqual(imported("from ... import x\n", "mod.py"), []));

test("a module goes with what it imports of the project, and what that imports", async () => {
  const { files, target } = await gathered("src/shop/till.py", "unsaved\n" + PROJECT["src/shop/till.py"], disk(PROJECT));
  assert.equal(target, "shop/till.py");
  assert.deepEqual(
    Object.keys(files).sort(),
    ["shop/__init__.py", "shop/money.py", "shop/tables/__init__.py", "shop/tables/rates.py", "shop/tax.py", "shop/till.py"],
  );
  assert.ok(files["shop/till.py"]?.startsWith("unsaved"));
});

test("modules that import each other do not go in circles", async () => {
  const files = { "a.py": "import b\n", "b.py": "import a\n" };
  assert.deepEqual(Object.keys((await gathered("a.py", files["a.py"], disk(files))).files), ["a.py", "b.py"]);
});

test("a file alone goes alone", async () => {
  assert.deepEqual(await gathered("a.py", "import os\n", disk({})), { files: { "a.py": "import os\n" }, target: "a.py" });
});

test("not more files go than the server takes", async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`m${at}.py`, ""]));
  const text = Array.from({ length: 300 }, (_, at) => `import m${at}`).join("\n");
  assert.equal(Object.keys((await gathered("a.py", text, disk(files))).files).length, MOST_FILES);
});

test("a neighbour that is too large is left out, the others go", async () => {
  const files = { "big.py": "x".repeat(300 * 1024), "small.py": "" };
  assert.deepEqual(Object.keys((await gathered("a.py", "import big, small\n", disk(files))).files), ["a.py", "small.py"]);
});

const TARGETS: [string, Record<string, string>, string, string, string][] = [
  ["beside the source where there is no folder of tests", { "till.py": "" }, "till.py", "", "test_till.py"],
  ["beside the source, deep", { "src/till.py": "" }, "src/till.py", "", "src/test_till.py"],
  ["into the folder of tests", { "tests/x.py": "", "till.py": "" }, "till.py", "", "tests/test_till.py"],
  ["into the mirrored folder", { ...PROJECT, "tests/shop/x.py": "" }, "src/shop/till.py", "", "tests/shop/test_till.py"],
  ["into the mirrored folder of unit tests", { ...PROJECT, "tests/unit/shop/x.py": "" }, "src/shop/till.py", "", "tests/unit/shop/test_till.py"],
  ["where the setting says", {}, "src/till.py", "checks", "checks/test_till.py"],
  ["where the setting says, below the folder of the source", {}, "src/till.py", "${folder}/tests/", "src/tests/test_till.py"],
];
for (const [what, files, source, setting, path] of TARGETS) {
  test(`tests go ${what}`, async () => assert.equal(await testPath(source, "test_till.py", setting, disk(files)), path));
}
