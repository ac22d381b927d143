import assert from "node:assert/strict";
import { test } from "node:test";
import { classes, gatheredAround, modules, moved, testPathOf } from "../../../../clients/vscode/src/core/neighbours";
import { MOST_CHARACTERS } from "../../../../clients/vscode/src/core/places";
import { languageOf } from "../../../../clients/vscode/src/core/symbols";

const disk = (files: Record<string, string>) => ({
  exists: async (path: string) => Object.keys(files).some((name) => name === path || name.startsWith(`${path}/`)),
  read: async (path: string) => files[path],
});

test("relative imports of every kind are followed through the project", async () => {
  const text = 'const a = require("./a");\nimport b from "../lib/b.js";\nimport "left-pad";\nexport * from "./deep";\n';
  const files = { "src/a.ts": 'import { c } from "./c.mjs";', "lib/b.js": "1", "src/c.mjs": "2", "src/deep/index.js": "3", "src/other.js": "4" };
  const sent = await gatheredAround("src/till.js", text, disk(files), "javascript");
  assert.deepEqual(Object.keys(sent.files).sort(), ["lib/b.js", "src/a.ts", "src/c.mjs", "src/deep/index.js", "src/till.js"]);
  assert.equal(sent.target, "src/till.js");
});

test("a TypeScript import with the ending of what it becomes is found", () => {
  assert.ok(modules('import { a } from "./a.js";', "src/till.ts").includes("src/a.ts"));
});

test("settings of the formatter go along, from this folder up", async () => {
  const files = { ".editorconfig": "root = true", "src/.prettierrc": "{}", "lib/.prettierrc": "{}", "src/.prettierrc.json": "x".repeat(5000) };
  const sent = await gatheredAround("src/till.js", "", disk(files), "javascript");
  assert.deepEqual(Object.keys(sent.files).sort(), [".editorconfig", "src/.prettierrc", "src/till.js"]);
});

test("an import above the workspace is left alone", () => assert.deepEqual(modules('require("../../x")', "a.js"), []));

test("classes of the package and imported ones of the project are sent", async () => {
  const text = "package shop;\nimport shop.money.Price;\nimport java.util.List;\nclass Till { Rebate r; // Ghost\n}\n";
  const root = "src/main/java";
  const files = {
    [`${root}/shop/Rebate.java`]: "package shop; class Rebate {}", [`${root}/shop/money/Price.java`]: "package shop.money;",
    [`${root}/shop/Ghost.java`]: "no", [`${root}/other/Other.java`]: "no",
  };
  const sent = await gatheredAround(`${root}/shop/Till.java`, text, disk(files), "java");
  assert.deepEqual(Object.keys(sent.files).map((name) => name.slice(root.length + 1)), ["shop/Till.java", "shop/money/Price.java", "shop/Rebate.java"]);
});

test("a class without a package has its neighbours in its folder", () => {
  assert.deepEqual(classes("class A { B b; }", "x/A.java"), ["x/A.java", "x/B.java"]);
});

test("what does not fit is left out", async () => {
  const sent = await gatheredAround("a.js", 'require("./b"); require("./c");', disk({ "b.js": "x".repeat(MOST_CHARACTERS), "c.js": "1" }), "javascript");
  assert.deepEqual(Object.keys(sent.files), ["a.js", "c.js"]);
});

for (const [source, generated, setting, there, of, wanted] of [
  ["src/till.js", "src/till.test.js", "", {}, "javascript", "src/till.test.js"],
  ["src/till.ts", "src/till.test.ts", "", { "src/__tests__/a.ts": "" }, "typescript", "src/__tests__/till.test.ts"],
  ["src/till.js", "src/till.test.js", "/spec/${folder}/", {}, "javascript", "spec/src/till.test.js"],
  ["app/src/main/java/shop/Till.java", "TillTest.java", "", {}, "java", "app/src/test/java/shop/TillTest.java"],
  ["shop/Till.java", "shop/TillTest.java", "", { "tests/a.py": "" }, "java", "shop/TillTest.java"],
] as const) {
  test(`tests of ${source} go to ${wanted}`, async () => assert.equal(await testPathOf(source, generated, setting, disk(there), of), wanted));
}

for (const [target, wanted] of [
  ["src/till.test.js", './till"'],
  ["src/__tests__/till.test.js", '../till"'],
  ["spec/src/till.test.js", '../../src/till"'],
  ["till.test.js", './src/till"'],
] as const) {
  test(`tests in ${target} import ${wanted.slice(0, -1)}`, () => {
    for (const head of ['const { net } = require("', 'import { net } from "']) {
      assert.ok(moved(`${head}./till"`, "src/till.js", target).startsWith(`${head}${wanted}`));
    }
  });
}

test("the ending says the language", () => {
  assert.deepEqual(["a.mjs", "a.tsx", "A.java", "a.py", "a.cts"].map(languageOf), ["javascript", "typescript", "java", "python", "typescript"]);
});
