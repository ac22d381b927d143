import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { additions, grown } from "../../../../clients/vscode/src/core/grown";
import { merged } from "../../../../clients/vscode/src/core/testfile";

const parses = (text: string): void => {
  const run = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: text, encoding: "utf8" });
  assert.equal(run.status, 0, `${run.stderr}\n${text}`);
};
const OURS = '"""Ours."""\n\nfrom till import net\n\n\n\ndef test_ours():\n    assert net(1, 0) == 1\n\n\nif __name__ == "__main__":\n    print("run")\n';
const NEW = ["test_a", "test_b"];
/** As the server adds to it: imports one a line, below ours; tests in front of what runs the file. */
const WHOLE = `"""Ours."""

from till import net
import pytest
from till import Cart



def test_ours():
    assert net(1, 0) == 1


@pytest.fixture
def same_each_time():
    return 1


@pytest.mark.usefixtures("same_each_time")
@pytest.mark.parametrize(
    "a",
    [
        1,
    ],
)
def test_a(a):
    assert net(a, 0) == 1


def test_b():
    assert Cart()


if __name__ == "__main__":
    print("run")
`;

test("with all tests the file is the server's", () => assert.equal(grown(OURS, WHOLE, NEW, new Set(NEW)), WHOLE));

test("with none it is ours", () => assert.equal(grown(OURS, WHOLE, NEW, new Set()), OURS));

test("with one of them, what only the other needs is not there", () => {
  const first = grown(OURS, WHOLE, NEW, new Set(["test_a"]));
  assert.ok(first.includes("parametrize") && first.includes("same_each_time") && first.includes("import pytest"));
  assert.ok(!first.includes("Cart") && !first.includes("test_b"));
  parses(first);
  const second = grown(OURS, WHOLE, NEW, new Set(["test_b"]));
  assert.ok(second.includes("from till import Cart\n") && !second.includes("pytest") && !second.includes("same_each_time"));
  parses(second);
});

test("whatever is kept, every line that was there stands where it stood, empty ones too", () => {
  for (const keep of [["test_a"], ["test_b"], NEW, []]) {
    const text = grown(OURS, WHOLE, NEW, new Set(keep));
    let at = -1;
    for (const block of OURS.split(/(?=^def |^if )/m)) {
      const next = text.indexOf(block.split("\n").filter((line) => line !== "")[0] ?? "?", at + 1);
      assert.ok(next > at, block);
      at = next;
    }
    assert.ok(text.includes('\n\n\n\ndef test_ours():\n    assert net(1, 0) == 1\n\n\n'), keep.join());
    assert.ok(text.endsWith('\n\n\nif __name__ == "__main__":\n    print("run")\n'), keep.join());
  }
});

const CLASSES = `import unittest
from till import net


class TestTill(unittest.TestCase):
    def test_ours(self):
        self.assertEqual(net(1), 1)
`;
const GROWN = `${CLASSES.trimEnd()}


class GeneratedTests(unittest.TestCase):
    def test_a(self):
        'why'
        self.assertEqual(net(2), 2)

    def test_b(self):
        for n in [1, 2]:
            with self.subTest(n=n):
                self.assertEqual(net(n), n)
`;

test("of methods each is kept or not", () => {
  const first = grown(CLASSES, GROWN, NEW, new Set(["test_a"]));
  assert.ok(first.endsWith("        self.assertEqual(net(2), 2)\n"), first);
  const second = grown(CLASSES, GROWN, NEW, new Set(["test_b"]));
  assert.ok(second.includes("class GeneratedTests(unittest.TestCase):\n    def test_b(self):"), second);
  assert.ok(!second.includes("why"));
  parses(first);
  parses(second);
});

test("a class of ours that has lost nothing stays, and one of theirs without tests goes", () => {
  const more = GROWN.replace("class GeneratedTests", "class Other(unittest.TestCase):\n    def test_c(self):\n        self.assertTrue(net(1))\n\n\nclass GeneratedTests");
  const text = grown(CLASSES, more, [...NEW, "test_c"], new Set(["test_a"]));
  assert.ok(!text.includes("Other") && text.includes("class TestTill") && text.includes("test_ours"));
  parses(text);
});

test("a helper of ours that nothing uses is ours to keep", () => {
  const spare = "\n\ndef spare():\n    return 1\n";
  const text = grown(OURS + spare, WHOLE + spare, NEW, new Set(["test_b"]));
  assert.ok(text.includes("def spare"));
});

test("a file that changed meanwhile gets what is new, and what changed in it stays", () => {
  const changed = OURS.replace("assert net(1, 0) == 1", "assert net(1, 1) == 0").replace('print("run")', 'print("ran")');
  const text = merged(changed, additions(OURS, grown(OURS, WHOLE, NEW, new Set(["test_b"]))), new Set(["test_b"])).text;
  assert.ok(text.includes("net(1, 1) == 0") && !text.includes("net(1, 0)"));
  assert.equal(text.match(/__main__/g)?.length, 1);
  assert.equal(text.match(/def test_/g)?.length, 2);
  assert.ok(text.includes("from till import Cart"));
  parses(text);
});
