import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { chosen, lineOf, merged, nodeOf, parts, statements } from "../../../../clients/vscode/src/core/testfile";
import { MADE, TESTS } from "./scripted";

const FILE = MADE.files["test_till.py"] ?? "";
const [NET, CART] = [TESTS[0].name, TESTS[1].name];
const BOTH = new Set([NET, CART]);
const parses = (text: string): void => {
  const run = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text, encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
};

test("a module comes apart into head, imports and tests", () => {
  const { head, imports, blocks } = parts(FILE);
  assert.equal(head, '"""Tests of till."""');
  assert.deepEqual(imports, ["import pytest", "from till import Cart, net"]);
  assert.deepEqual(blocks.map((block) => block.name), [NET, CART]);
});

test("all tests chosen give the file as it was", () => assert.equal(chosen(FILE, BOTH), FILE));

test("imports that only a rejected test needed go with it", () => {
  const text = chosen(FILE, new Set([NET]));
  assert.ok(text.includes("from till import net\n"));
  assert.ok(!text.includes("pytest"));
  assert.ok(!text.includes(CART));
  parses(text);
});

test("decorators and comments stay with their test", () => {
  const text = 'import pytest\n\n\n@pytest.mark.parametrize(\n    "a",\n    [1, 2],\n)\ndef test_a(a):\n    assert a\n\n\n# why\ndef test_b():\n    assert 1\n';
  assert.deepEqual(parts(text).blocks.map((block) => block.name), ["test_a", "test_b"]);
  const only = chosen(text, new Set(["test_a"]));
  assert.ok(only.includes("parametrize"));
  assert.ok(!only.includes("why"));
  parses(only);
});

test("fixtures and constants stay, whatever is rejected", () => {
  const text = "import pytest\n\nX = 1\n\n\n@pytest.fixture\ndef cart():\n    return X\n\n\ndef test_a(cart):\n    assert cart\n\n\ndef test_b():\n    assert 1\n";
  const only = chosen(text, new Set(["test_a"]));
  assert.ok(only.includes("def cart") && only.includes("X = 1") && !only.includes("test_b"));
});

test("a string over several lines that looks like code stays within its test", () => {
  const text = 'def test_a():\n    assert f("""\ndef test_x():\n    pass\n""")\n\n\ndef test_b():\n    assert 1\n';
  assert.deepEqual(parts(text).blocks.map((block) => block.name), ["test_a", "test_b"]);
});

test("into no file goes the chosen part", () => assert.equal(merged("", FILE, BOTH).text, FILE));

test("a file that is there keeps every line, in its order", () => {
  const existing = '"""Ours."""\n\nimport os\nfrom till import net\n\n\ndef test_ours():\n    assert net(1, 0) == 1 and os.name\n';
  const { text } = merged(existing, FILE, BOTH);
  let at = -1;
  for (const line of existing.split("\n").filter((one) => one !== "")) {
    at = text.indexOf(line, at + 1);
    assert.ok(at >= 0, line);
  }
  assert.ok(text.startsWith(existing.split("\n\n\n")[0] ?? "?"));
  assert.equal(text.match(/^from till import/gm)?.length, 2);
  assert.ok(text.includes("from till import Cart\n"), "only the name that was missing");
  assert.ok(text.includes("import pytest\n"));
  parses(text);
});

test("adding the same tests twice changes nothing", () => {
  const once = merged("", FILE, BOTH).text;
  assert.equal(merged(once, FILE, BOTH).text, once);
});

test("adding one after the other gives both", () => {
  const first = merged("", FILE, new Set([CART])).text;
  const { text } = merged(first, FILE, new Set([NET]));
  assert.ok(text.includes(`def ${NET}`) && text.includes(`def ${CART}`));
  parses(text);
});

test("another test of the same name is not overwritten", () => {
  const existing = `def ${NET}():\n    assert "ours"\n`;
  const { text, names } = merged(existing, FILE, new Set([NET]));
  assert.ok(text.includes('assert "ours"'));
  assert.ok(text.includes(`def ${NET}_2():`));
  assert.equal(names.get(NET), `${NET}_2`);
  assert.equal(merged(text, FILE, new Set([NET])).text, text, "and not added again");
});

test("line ends of Windows stay", () => {
  const { text } = merged("import os\r\n\r\n\r\ndef test_ours():\r\n    assert os\r\n", FILE, BOTH);
  assert.ok(!/[^\r]\n/.test(text));
});

test("a file without imports gets them below its docstring", () => {
  const { text } = merged('"""Ours."""\n\n\ndef test_ours():\n    assert 1\n', FILE, BOTH);
  assert.ok(text.startsWith('"""Ours."""\n\nimport pytest\nfrom till import Cart, net\n'));
  parses(text);
});

test("a file without anything but tests gets its imports on top", () => {
  const { text } = merged("def test_ours():\n    assert 1\n", FILE, BOTH);
  assert.ok(text.startsWith("import pytest\nfrom till import Cart, net\n\ndef test_ours"));
  parses(text);
});

test("an import over several lines that is there counts as there", () => {
  const { text } = merged("from till import (\n    Cart,\n    net,\n)\n\n\ndef test_ours():\n    assert Cart and net\n", FILE, BOTH);
  assert.equal(text.match(/from till/g)?.length, 1);
  parses(text);
});

test("an import from the future stays first", () => {
  const { text } = merged("from __future__ import annotations\n\n\ndef test_ours():\n    assert 1\n", FILE, BOTH);
  assert.ok(text.startsWith("from __future__ import annotations\nimport pytest\n"));
  parses(text);
});

test("an import within a test is not taken for one of the file", () => {
  const existing = "def test_ours():\n    import pytest\n    assert pytest\n";
  assert.ok(merged(existing, FILE, BOTH).text.startsWith("import pytest\n"));
});

test("a long list of imported names is wrapped", () => {
  const long = Array.from({ length: 12 }, (_, at) => `a_long_name_${at}`);
  const text = chosen(`from m import ${long.join(", ")}\n\n\ndef test_a():\n    assert ${long.join(" + ")}\n`, new Set(["test_a"]));
  assert.ok(text.startsWith("from m import (\n    a_long_name_0,\n"));
  parses(text);
});

test("the line of a test is found by its whole name", () => {
  assert.equal(lineOf("def test_ab(): ...\ndef test_a(): ...\n", "test_a"), 1);
  assert.equal(lineOf("def test_ab(): ...\n", "test_a"), undefined);
});

test("names in Chinese are whole words too", () => {
  const text = "from till import 净额, 净额表\n\n\ndef test_净额():\n    assert 净额(1) == 1\n\n\ndef test_净额表():\n    assert 净额表\n";
  const only = chosen(text, new Set(["test_净额"]));
  assert.equal(only, "from till import 净额\n\n\ndef test_净额():\n    assert 净额(1) == 1\n");
  assert.equal(lineOf(text, "test_净额表"), 7);
});

const CLASS = "class TestNet:\n    def test_two(self):\n        assert 1\n\n\ndef test_one():\n    assert 1\n";

test("a method is a test with a line and an address of its own", () => {
  assert.equal(lineOf(CLASS, "test_two"), 1);
  assert.deepEqual(["test_two", "test_one", "test_gone"].map((name) => nodeOf(CLASS, name)), ["TestNet::test_two", "test_one", "test_gone"]);
  assert.equal(nodeOf(`${CLASS}\n\ndef test_two():\n    assert 1\n`, "test_two"), "test_two", "a function goes before a method");
});

test("statements know their lines", () => {
  const text = '"""Ours."""\n\nimport os\n\n\n# why\n@mark\ndef test_a():\n    assert os\n';
  assert.deepEqual(statements(text).map((one) => [one.line, one.text.split("\n").length]), [[0, 1], [2, 1], [5, 4]]);
});
