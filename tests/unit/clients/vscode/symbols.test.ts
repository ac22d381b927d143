import assert from "node:assert/strict";
import { test } from "node:test";
import { blanked, language, type Language, symbolAt, symbols } from "../../../../clients/vscode/src/core/symbols";

const names = (text: string, of: Language = "python") => symbols(text, of).map((one) => one.name);

test("functions and public methods are found, with their lines", () => {
  const text = "import os\n\ndef net(a,\n        b):\n    return a\n\n\nclass Cart:\n    def add(self):\n        pass\n\n    async def pay(self):\n        pass\n";
  assert.deepEqual(
    symbols(text, "python").map(({ name, kind, line, end }) => [name, kind, line, end]),
    [
      ["net", "function", 2, 4],
      ["Cart", "class", 7, 12],
      ["Cart.add", "method", 8, 9],
      ["Cart.pay", "method", 11, 12],
    ],
  );
});

test("private names are left out, as the server leaves them out", () => {
  assert.deepEqual(names("def _a(): pass\nclass _B:\n    def c(self): pass\nclass D:\n    def __init__(self): pass\n    def _e(self): pass\n"), ["D"]);
});

test("functions within functions are nobody's business", () => {
  assert.deepEqual(names("def a():\n    def b():\n        pass\n    return b\n"), ["a"]);
});

test("a function within a method is no method", () => {
  assert.deepEqual(names("class A:\n    def b(self):\n        def c(): pass\n        return c\n"), ["A", "A.b"]);
});

test("what stands in strings and comments is no code", () => {
  assert.deepEqual(names('"""\ndef a(): pass\n"""\n# def b(): pass\ns = "def c(): pass"\ndef d():\n    """\ndef e(): pass\n    """\n'), ["d"]);
});

test("a line that continues a bracket is no statement", () => {
  assert.deepEqual(names("x = (\ndef_ := 1,\n)\ndef a(\nb,\n):\n    pass\n"), ["a"]);
});

test("names in Chinese are names", () => {
  assert.deepEqual(names("def 退款(金额):\n    return 金额\n"), ["退款"]);
});

test("decorators do not disturb", () => {
  assert.deepEqual(names("@cache\ndef a(): pass\n\nclass B:\n    @property\n    def c(self): pass\n"), ["a", "B", "B.c"]);
});

test("line ends of Windows read the same", () => {
  assert.deepEqual(names("def a():\r\n    pass\r\n\r\nclass B:\r\n    def c(self):\r\n        pass\r\n"), ["a", "B", "B.c"]);
});

test("tabs indent as well", () => {
  assert.deepEqual(names("class B:\n\tdef c(self):\n\t\tpass\n"), ["B", "B.c"]);
});

test("a file that does not parse still shows its functions", () => {
  assert.deepEqual(names("def a(:\n    pass\n)\ndef b():\n  return 'x\ndef c(): pass\n"), ["a", "b", "c"]);
});

test("an empty file has none", () => assert.deepEqual(names(""), []));

test("JavaScript: functions, arrows and classes with methods", () => {
  const text = "export function a(x) {\n  if (x) { return 1; }\n}\nexport default class B {\n  constructor() {}\n  c(x) {\n    return x;\n  }\n}\nconst d = async (x) => x;\nconst e = 3;\n";
  assert.deepEqual(names(text, "javascript"), ["a", "B", "B.c", "d"]);
});

test("TypeScript: types do not disturb", () => {
  const text = "export abstract class A<T> {\n  public async b(x: T): Promise<T> {\n    return x;\n  }\n}\nexport const c = (x: number): number => x;\n";
  assert.deepEqual(names(text, "typescript"), ["A", "A.b", "c"]);
});

test("Java: classes and public methods", () => {
  const text = 'package x;\npublic final class A {\n  /* public void no() { } */\n  public int b(int c) {\n    return c;\n  }\n  private void d() {}\n  public static <T> T e(T t) { return t; }\n}\n';
  assert.deepEqual(names(text, "java"), ["A", "A.b", "A.e"]);
});

test("the innermost symbol around the cursor counts", () => {
  const found = symbols("class A:\n    x = 1\n    def b(self):\n        pass\n\ny = 2\n", "python");
  assert.deepEqual([1, 3, 5].map((line) => symbolAt(found, line)?.name), ["A", "A.b", undefined]);
});

test("blanking keeps every line and column where it was", () => {
  const text = 'x = """a\nb""" + "c" # d\ny\n';
  const shown = blanked(text, "python");
  assert.equal(shown.length, text.length);
  assert.deepEqual(shown.split("\n").map((line) => line.trim()), ["x =", "+", "y", ""]);
});

test("the editor's names of languages become the server's", () => {
  assert.deepEqual(["python", "typescriptreact", "javascriptreact", "java", "rust"].map(language), ["python", "typescript", "javascript", "java", undefined]);
});

test("a large file is scanned in time that grows with its length alone", () => {
  const text = "def f(a, b):\n    return [a, (b, {'x': 1})]\n\n\n".repeat(4000);
  const began = process.cpuUsage(); // the clock would measure what else the machine does
  assert.equal(symbols(text, "python").length, 4000);
  assert.ok(process.cpuUsage(began).user < 5_000_000);
});
