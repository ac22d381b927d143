import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "../../../../clients/vscode/src/core/client";
import { apart, asked, withTests } from "../../../../clients/vscode/src/core/existing";
import { gatheredAround } from "../../../../clients/vscode/src/core/neighbours";
import { type Disk, gathered, MOST_CHARACTERS } from "../../../../clients/vscode/src/core/places";
import { Problem } from "../../../../clients/vscode/src/core/problems";
import { languageOf } from "../../../../clients/vscode/src/core/symbols";
import { frame, MADE, serve, stream } from "./scripted";

const disk = (files: Record<string, string>): Disk => ({
  exists: async (path) => path in files || Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  read: async (path) => files[path],
});
async function sending(source: string, files: Record<string, string>, setting = "") {
  const [of, text] = [languageOf(source), files[source] ?? ""];
  const sent = of === "python" ? await gathered(source, text, disk(files)) : await gatheredAround(source, text, disk(files), of);
  return withTests(source, sent, of, setting, disk(files));
}
const SOURCE = "def net(n):\n    return n\n";
const TESTS = "from till import net\nfrom tests.tables import ROWS\n\n\ndef test_ours():\n    assert net(1) == 1\n";
const PROJECT = {
  "till.py": SOURCE,
  "tests/__init__.py": "",
  "tests/test_till.py": TESTS,
  "tests/tables.py": "from rates import RATE\n\nROWS = [RATE]\n",
  "tests/conftest.py": "import fixtures\n",
  "conftest.py": "import pytest\n",
  "fixtures.py": "X = 1\n",
  "rates.py": "RATE = 2\n",
  "unrelated.py": "",
};

test("the tests go along with the fixtures above them", async () => {
  const { sent, there } = await sending("till.py", PROJECT);
  assert.deepEqual(there, { path: "tests/test_till.py", name: "tests/test_till.py", text: TESTS });
  assert.deepEqual(sent.existing, {
    "tests/test_till.py": TESTS,
    "tests/conftest.py": PROJECT["tests/conftest.py"],
    "conftest.py": PROJECT["conftest.py"],
  });
  assert.equal(Object.keys(sent.existing ?? {})[0], "tests/test_till.py", "the first is added to");
});

test("what tests and fixtures import of the project goes along, and what that imports", async () => {
  const { sent } = await sending("till.py", PROJECT);
  assert.deepEqual(Object.keys(sent.files).sort(), ["fixtures.py", "rates.py", "tests/__init__.py", "tests/tables.py", "till.py"]);
  assert.equal(sent.target, "till.py");
});

test("without tests nothing is different", async () => {
  const { sent, there } = await sending("till.py", { "till.py": SOURCE });
  assert.deepEqual([sent, there], [{ files: { "till.py": SOURCE }, target: "till.py" }, undefined]);
});

test("the module has the name by which its tests import it", async () => {
  const { sent, there } = await sending("src/shop/till.py", { "src/shop/till.py": SOURCE, "tests/test_till.py": "from shop.till import net\n" });
  assert.equal(sent.target, "shop/till.py");
  assert.deepEqual(Object.keys(sent.files), ["shop/till.py"]);
  assert.equal(there?.name, "tests/test_till.py");
});

test("tests within the import root are sent by their path below it", async () => {
  const files = { "src/shop/__init__.py": "", "src/shop/till.py": SOURCE, "src/shop/test_till.py": "from .till import net\n", "src/conftest.py": "" };
  const { sent, there } = await sending("src/shop/till.py", files);
  assert.deepEqual([there?.path, there?.name], ["src/shop/test_till.py", "shop/test_till.py"]);
  assert.deepEqual(Object.keys(sent.existing ?? {}), ["shop/test_till.py", "conftest.py"]);
});

test("line ends of Windows are not sent: the server would mix them", async () => {
  const { sent, there } = await sending("till.py", { "till.py": SOURCE, "test_till.py": TESTS.replace(/\n/g, "\r\n") });
  assert.equal(there?.text, TESTS);
  assert.equal(sent.existing?.["test_till.py"], TESTS);
});

test("tests that are too large stay here, and are still where new ones go", async () => {
  const { sent, there } = await sending("till.py", { "till.py": SOURCE, "test_till.py": `${TESTS}# ${"x".repeat(MOST_CHARACTERS)}\n` });
  assert.equal(sent.existing, undefined);
  assert.equal(there?.path, "test_till.py");
});

test("tests of Jest go along with what they import", async () => {
  const ours = 'import { net } from "../till";\nimport { rows } from "./rows";\n\nit("is ours", () => {});\n';
  const files = { "src/till.ts": "export const net = 1;\n", "src/__tests__/till.spec.ts": ours, "src/__tests__/rows.ts": "export const rows = [];\n" };
  const { sent, there } = await sending("src/till.ts", files);
  assert.deepEqual(sent.existing, { "src/__tests__/till.spec.ts": ours });
  assert.deepEqual(Object.keys(sent.files).sort(), ["src/__tests__/rows.ts", "src/till.ts"]);
  assert.equal(there?.path, there?.name);
});

test("tests of JUnit go along from across the source", async () => {
  const [main, tests] = ["src/main/java/shop/", "src/test/java/shop/"];
  const ours = "package shop;\n\nclass TillTest {\n  Rows rows;\n}\n";
  const files = { [`${main}Till.java`]: "package shop;\n\nclass Till {}\n", [`${tests}TillTest.java`]: ours, [`${tests}Rows.java`]: "package shop;\n\nclass Rows {}\n" };
  const { sent } = await sending(`${main}Till.java`, files);
  assert.deepEqual(sent.existing, { [`${tests}TillTest.java`]: ours });
  assert.deepEqual(Object.keys(sent.files).sort(), [`${main}Till.java`, `${tests}Rows.java`]);
});

const FIXTURE = "import pytest\n\nfrom till import net\nfrom tests.tables import ROWS\n\n\n@pytest.fixture\ndef price():\n    return net(1)\n";

test("for the first tests of a module the fixtures go along that are in force where they will stand", async () => {
  const files = {
    "till.py": SOURCE,
    "conftest.py": "import fixtures\n",
    "fixtures.py": "X = 1\n",
    "tests/conftest.py": FIXTURE,
    "tests/tables.py": "ROWS = []\n",
    "tests/unit/conftest.py": "Y = 1\n",
    "tests/functional/conftest.py": "Z = 1\n",
    "other/conftest.py": "Z = 2\n",
  };
  const { sent, there } = await sending("till.py", files);
  assert.equal(there, undefined);
  assert.deepEqual(Object.keys(sent.existing ?? {}), ["tests/unit/conftest.py", "tests/conftest.py", "conftest.py"]);
  assert.equal(sent.existing?.["tests/conftest.py"], FIXTURE);
  assert.deepEqual(Object.keys(sent.files).sort(), ["fixtures.py", "tests/tables.py", "till.py"]);
  assert.equal(sent.target, "till.py");
});

test("they are those beside the module where the project has no folder of tests, and those of the set folder", async () => {
  const files = { "shop/__init__.py": "", "shop/till.py": SOURCE, "shop/conftest.py": "A = 1\n", "conftest.py": "", "spec/shop/conftest.py": "" };
  assert.deepEqual(Object.keys((await sending("shop/till.py", files)).sent.existing ?? {}), ["shop/conftest.py", "conftest.py"]);
  assert.deepEqual(Object.keys((await sending("shop/till.py", files, "spec/${folder}")).sent.existing ?? {}), ["spec/shop/conftest.py", "conftest.py"]);
});

test("the module has the name by which a conftest.py imports it", async () => {
  const files = { "src/shop/till.py": SOURCE, "tests/conftest.py": "from shop.till import net\n" };
  const { sent } = await sending("src/shop/till.py", files);
  assert.deepEqual([sent.target, Object.keys(sent.files), Object.keys(sent.existing ?? {})], ["shop/till.py", ["shop/till.py"], ["tests/conftest.py"]]);
});

test("a conftest.py that does not fit is left out, the others go along", async () => {
  const large = `# ${"x".repeat(MOST_CHARACTERS)}\n`;
  const files = { "till.py": SOURCE, "tests/conftest.py": large, "conftest.py": "A = 1\n" };
  assert.deepEqual(Object.keys((await sending("till.py", files)).sent.existing ?? {}), ["conftest.py"]);
  const { sent } = await sending("till.py", { "till.py": SOURCE, "tests/conftest.py": large });
  assert.deepEqual(sent, { files: { "till.py": SOURCE }, target: "till.py" });
});

test("no more conftest.py go along than the server takes", async () => {
  const steps = Array.from({ length: 30 }, (_, at) => `d${at}`);
  const deep = steps.join("/");
  const files: Record<string, string> = { [`${deep}/till.py`]: SOURCE };
  steps.forEach((_, at) => (files[`${steps.slice(0, at + 1).join("/")}/conftest.py`] = "A = 1\n"));
  const { sent } = await sending(`${deep}/till.py`, files);
  const names = Object.keys(sent.existing ?? {});
  assert.equal(names.length, 19);
  assert.equal(names[0], "conftest.py", "the nearest is never left out");
});

test("a conftest.py is nothing to modules in other languages", async () => {
  const { sent } = await sending("till.js", { "till.js": "exports.a = 1;\n", "conftest.py": "A = 1\n" });
  assert.equal(sent.existing, undefined);
});

test("a server that cannot use the fixtures is asked without them", async () => {
  const { sent } = await sending("till.py", { "till.py": SOURCE, "tests/conftest.py": FIXTURE });
  const plain = { files: { "till.py": SOURCE }, target: "till.py" };
  const seen: string[][] = [];
  const answer = await asked(sent, plain, async (body) => {
    seen.push(Object.keys(body.existing ?? {}));
    if (body.existing !== undefined) throw new Problem("refused", { status: 400, code: "invalid_input" });
    return "made";
  });
  assert.deepEqual(seen, [["tests/conftest.py"], []]);
  assert.deepEqual([answer.made, answer.added, answer.refused?.facts.code], ["made", false, "invalid_input"]);
});

const REFUSALS: [number, string, boolean][] = [
  [422, "broken_source", true],
  [422, "syntax_error", true],
  [413, "too_large", true],
  [400, "invalid_input", true],
  [422, "other_framework", true],
  [401, "not_authenticated", false],
  [429, "rate_limited", false],
  [422, "nothing_to_test", false],
];
for (const [status, code, again] of REFUSALS) {
  test(`${code} is ${again ? "asked again without the tests" : "told at once"}`, async () => {
    const server = await serve((response, { body }) => {
      if (!("existing" in JSON.parse(body))) return stream(response, frame("finished", MADE));
      response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify({ status, code, detail: "tests/test_till.py cannot be run" }));
    });
    const { sent } = await sending("till.py", PROJECT);
    const plain = { files: { "till.py": SOURCE }, target: "till.py" };
    const asking = { endpoint: server.endpoint, token: "ak_1", language: "en", signal: new AbortController().signal };
    const answer = asked(sent, plain, (body) => generate({ ...body, language: "python", symbols: [], budget: 1 }, asking));
    if (again) {
      const { made, added, refused } = await answer;
      assert.deepEqual([made.tests.length, added, refused?.facts.code], [3, false, code]);
      assert.deepEqual(JSON.parse(server.seen[1]?.body ?? "").files, plain.files);
    } else await assert.rejects(answer, Problem);
    assert.equal(server.seen.length, again ? 2 : 1);
    server.close();
  });
}

test("a source that is broken by itself is said to be, after both", async () => {
  let count = 0;
  const broken = async (): Promise<never> => {
    throw new Problem("syntax_error", { line: (count += 1) });
  };
  const { sent } = await sending("till.py", PROJECT);
  await assert.rejects(asked(sent, { files: {}, target: "" }, broken), (error: Problem) => error.facts.line === 2);
});

test("what is no answer of a server is not asked again", async () => {
  const { sent } = await sending("till.py", PROJECT);
  let count = 0;
  const fail = async (): Promise<never> => {
    count += 1;
    throw new TypeError("ours");
  };
  await assert.rejects(asked(sent, sent, fail), TypeError);
  assert.equal(count, 1);
});

const OTHER = new Problem("refused", { status: 422, code: "other_framework" });

test("tests that pass go into the file that is there, whatever it is called, and others beside it", () => {
  for (const refused of [undefined, new Problem("broken_source", { code: "broken_source" })]) {
    assert.equal(apart("test_till.py", "x", "src/till.py", "python", refused), undefined);
    assert.equal(apart("src/till.test.js", "x", "src/till.js", "javascript", refused), undefined);
    assert.equal(apart("shop/TillTest.java", "x", "shop/Till.java", "java", refused), undefined);
  }
  const others = ["test_till_suspected.py", "tests/test_till_more.py", "src/till.more.test.js", "TillMoreTest.java"];
  const sources = ["till.py", "till.py", "src/till.js", "Till.java"];
  others.forEach((file, at) => assert.equal(apart(file, "x", sources[at] ?? "", languageOf(file), undefined)?.path, file.replace(/^.*\//, "")));
});

test("a class that is called More has tests like any other", () => {
  assert.equal(apart("MoreTest.java", "x", "More.java", "java", undefined), undefined);
});

test("beside tests of another framework come those of ours, in Java as a class of its own", () => {
  assert.equal(apart("till.test.ts", "x", "till.ts", "typescript", OTHER)?.path, "till.more.test.ts");
  const made = apart("TillTest.java", "class TillTest {\n  TillTests a;\n}\n", "Till.java", "java", OTHER);
  assert.deepEqual(made, { path: "TillMoreTest.java", text: "class TillMoreTest {\n  TillTests a;\n}\n" });
});
