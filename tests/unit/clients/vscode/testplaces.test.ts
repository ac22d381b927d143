import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk } from "../../../../clients/vscode/src/core/places";
import { languageOf } from "../../../../clients/vscode/src/core/symbols";
import { rootFor, testsOf } from "../../../../clients/vscode/src/core/testplaces";

const disk = (files: Record<string, string>): Disk => ({
  exists: async (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  read: async (path) => files[path],
});
const PY = "from till import net\n";
const SHOP = "from shop.till import net\n";
const JS = 'const { net } = require("./till");\n';
const UP = 'import { net } from "../till";\n';

const FOUND: [string, string, Record<string, string>, string | undefined][] = [
  ["beside a Python module", "till.py", { "test_till.py": PY }, "test_till.py"],
  ["by the other name that pytest collects", "till.py", { "till_test.py": PY }, "till_test.py"],
  ["in the folder of tests", "till.py", { "tests/test_till.py": PY }, "tests/test_till.py"],
  ["across from a src folder", "src/shop/till.py", { "src/shop/__init__.py": "", "tests/shop/test_till.py": SHOP }, "tests/shop/test_till.py"],
  ["among unit tests", "src/shop/till.py", { "src/shop/__init__.py": "", "tests/unit/shop/test_till.py": SHOP }, "tests/unit/shop/test_till.py"],
  ["flat, when it imports the module", "a/src/shop/till.py", { "a/src/shop/__init__.py": "", "tests/x.py": "", "a/tests/test_till.py": SHOP }, "a/tests/test_till.py"],
  ["not when it is of a module of the same name", "a/src/shop/till.py", { "a/src/shop/__init__.py": "", "tests/x.py": "", "a/tests/test_till.py": "from bank.till import net\n" }, undefined],
  ["beside the module although there is a folder of tests", "till.py", { "tests/x.py": "", "test_till.py": PY }, "test_till.py"],
  ["in the usual place before all others", "till.py", { "tests/test_till.py": "", "test_till.py": PY }, "tests/test_till.py"],
  ["beside a script", "src/till.js", { "src/till.test.js": JS }, "src/till.test.js"],
  ["as a specification", "till.ts", { "till.spec.ts": 'import { net } from "./till";\n' }, "till.spec.ts"],
  ["in Jest's folder, without an ending of its own", "src/till.js", { "src/__tests__/till.js": UP }, "src/__tests__/till.js"],
  ["in TypeScript of a component", "src/till.tsx", { "src/__tests__/till.test.tsx": UP }, "src/__tests__/till.test.tsx"],
  ["in a folder of tests at the top", "src/till.ts", { "test/src/till.test.ts": 'import { net } from "../../src/till";\n' }, "test/src/till.test.ts"],
  ["not in one that tests another script", "src/till.js", { "test/till.test.js": 'require("../lib/till");\n' }, undefined],
  ["across from src/main/java", "src/main/java/shop/Till.java", { "src/test/java/shop/TillTest.java": "package shop;\nclass TillTest {}\n" }, "src/test/java/shop/TillTest.java"],
  ["by the other name that Maven runs", "src/main/java/shop/Till.java", { "src/test/java/shop/TillTests.java": "package shop;\n" }, "src/test/java/shop/TillTests.java"],
  ["beside a class without a build", "Till.java", { "TillTest.java": "class TillTest { Till till; }\n" }, "TillTest.java"],
  ["nowhere, where there are none", "till.py", { "test_other.py": PY, "till.test.js": JS }, undefined],
];
for (const [what, source, files, path] of FOUND) {
  test(`the tests of a source are found ${what}`, async () => {
    const there = await testsOf(source, languageOf(source), "", disk({ [source]: "", ...files }));
    assert.equal(there?.path, path);
    assert.equal(there?.text, path === undefined ? undefined : files[path]);
  });
}

test("with a folder set there is no elsewhere", async () => {
  const files = { "till.py": "", "test_till.py": PY, "checks/test_till.py": "# ours\n" };
  assert.equal((await testsOf("till.py", "python", "checks", disk(files)))?.path, "checks/test_till.py");
  assert.equal(await testsOf("till.py", "python", "other", disk(files)), undefined);
});

const ROOTS: [string, string, string, string | undefined][] = [
  ["the import root", "src/till.py", "from till import net\n", "src"],
  ["a folder above, where folders are packages by themselves", "src/shop/till.py", "import shop.till\n", "src"],
  ["the top, where src is part of the name", "src/till.py", "from src.till import net\n", ""],
  ["the import root, of a module taken from its package", "src/shop/till.py", "from shop import till\n", "src"],
  ["none, of tests of something else", "src/till.py", "from money import net\n", undefined],
];
for (const [what, source, text, root] of ROOTS) {
  test(`tests import from ${what}`, async () => {
    assert.equal(await rootFor({ path: "tests/test_till.py", text }, source, disk({ [source]: "" })), root);
  });
}

test("tests within a package import from it by dots", async () => {
  const files = { "shop/__init__.py": "", "shop/till.py": "", "shop/tests/__init__.py": "" };
  assert.equal(await rootFor({ path: "shop/tests/test_till.py", text: "from ..till import net\n" }, "shop/till.py", disk(files)), "");
});
