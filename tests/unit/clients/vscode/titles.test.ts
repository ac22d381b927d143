import assert from "node:assert/strict";
import { test } from "node:test";
import { titledAs, titledAt } from "../../../../clients/vscode/src/core/titles";

/** What each line of a text is in. */
const by = (text: string, of: "javascript" | "java" = "javascript") => text.split("\n").map((_, line) => titledAt(text, line, of));
const only = (text: string, of: "javascript" | "java" = "javascript") => [...new Set(by(text, of).filter((name) => name !== undefined))];

const JEST = `import { net } from "./till";

beforeEach(() => reset());

describe("net", () => {
  it('takes the "rebate" off', () => {
    expect(net(3)).toBe(2);
  });

  describe("of nothing", () => {
    test.only(\`is 0\`, async () => { expect(net(0)).toBe(0); });
  });
  // test("not this one", () => {});
});

test("alone", function () {
  expect(net(1)).toBe("test('nor this', () => {");
});
`;

test("a test has its title behind those of its blocks", () => {
  assert.deepEqual(by(JEST), [
    ...Array<undefined>(5),
    ...Array<string>(3).fill('net takes the "rebate" off'),
    ...Array<undefined>(2),
    "net of nothing is 0",
    ...Array<undefined>(4),
    ...Array<string>(3).fill("alone"),
    undefined,
  ]);
  assert.equal(titledAt(JEST, 99, "javascript"), undefined);
});

test("a table's test has the title behind its rows", () => {
  assert.deepEqual(only('describe.each([[1], [2]])("of %i", (n) => {\n  it.each([\n    [1, 2],\n  ])("%i gives %i", (a, b) => {\n    expect(a).toBe(b);\n  });\n});\n'), ["of %i %i gives %i"]);
  assert.deepEqual(only('test.each`\n a | b\n ${1} | ${")"}\n`("$a is $b", ({ a, b }) => {\n  expect(a).toBe(b);\n});\n'), ["$a is $b"]);
  assert.deepEqual(only('test.each<[number, string]>([[1, "a"]])("%i", (n) => {\n  f(n);\n});\n'), ["%i"]);
});

test("what is skipped, or is called by another name, is no failing test", () => {
  for (const call of ["test.skip", "it.todo", "xit", "test.skip.each([1])", "page.test", "latest", "$it"]) assert.deepEqual(only(`${call}("a", () => {});`), [], call);
});

test("a title that is no plain text is left alone, and a block's is left out", () => {
  assert.deepEqual(only('test(`a` + name, () => {});\ntest(name, () => {});\ntest("", () => {});'), []);
  assert.deepEqual(only('describe("net", () => {\n  describe(Cart.name, () => {\n    describe("full", () => {\n      test("adds", () => {});\n    });\n  });\n});'), ["full adds"]);
});

test("brackets in texts, regular expressions and JSX do not move the end of a test", () => {
  const bodies = [
    "expect(a).toMatch(/[\"'`(]+\\//);",
    "const a = b / (c / d);",
    "render(<p>Don't stop (now</p>); done()",
    "render(<a href={x} />); open(')');",
    "return /\\)/.test(x);",
    "f(`a ${g(`)` + {}.b)} ( c`);",
    "/* it('x', () => { */ f(); // (",
    "f(<a>http://x.example/(</a>)",
  ];
  for (const body of bodies.slice(0, -1)) {
    const text = `test("a", () => {\n  ${body.includes("stop (") ? body.replace("(now", "now") : body}\n});\nlet between;\ntest("b", () => {});\n`;
    assert.deepEqual(by(text), ["a", "a", "a", undefined, "b", undefined], body);
  }
  const open = `test("a", () => {\n  ${bodies[bodies.length - 1]}\n});\ntest("b", () => {\n});\n`;
  assert.equal(titledAt(open, 4, "javascript"), "b", "the last test that began is meant where brackets stay open");
});

test("a title that is longer than the server takes is told by its last words", () => {
  const [name = ""] = only(`describe("${"long ".repeat(50)}", () => { test("ends", () => {}); });`);
  assert.ok(name.length <= 200 && name.startsWith("long ") && name.endsWith(" ends"), name);
});

test("an interpolation that never ends takes no time", () => {
  const started = Date.now();
  only(`test("a", () => { f(\`${"${a(".repeat(3000)} });`);
  assert.ok(Date.now() - started < 5000);
});

const JUNIT = `package shop;

class TillTest {
  private final Till till = new Till();

  @BeforeEach
  void reset() {
    till.reset();
  }

  @DisplayName("(rebate")
  @Test
  void rebate() throws Exception {
    assertEquals("}", till.net('{'));
  }

  void helper() {}

  @ParameterizedTest(name = "{0} (row)")
  @CsvSource({"1, 2", "3, 4"})
  public <T extends Number> void rows(int a, @Name("b") int b) {
    // @Test void never() {}
    assertEquals(a, b);
  }

  @Nested class Inner {
    @org.junit.jupiter.api.Test void full() { assertTrue(true); }
    @RepeatedTest(3) List<String> wrong() { return null; }
    @Test abstract void without();
  }
}
`;

test("a JUnit test begins at its first annotation, whatever brackets these hold", () => {
  const rows = by(JUNIT, "java");
  assert.deepEqual(rows.slice(9, 16), [undefined, ...Array<string>(5).fill("rebate"), undefined]);
  assert.deepEqual(rows.slice(16, 25), [undefined, undefined, ...Array<string>(6).fill("rows"), undefined]);
  assert.deepEqual(rows.slice(0, 10), Array<undefined>(10).fill(undefined));
  assert.deepEqual(only(JUNIT, "java"), ["rebate", "rows", "full", "wrong"]);
});

test("a test of the Test Explorer is found under the title of its table", () => {
  const text = 'describe("net", () => {\n  test.each([[1]])("gives, row %#: net(%p) gives %p", () => {});\n  test("fails", () => {});\n});\n';
  assert.equal(titledAs(text, "net gives", "javascript"), "net gives, row %#: net(%p) gives %p");
  for (const name of ["net fails", "net unknown"]) assert.equal(titledAs(text, name, "javascript"), name);
  assert.equal(titledAs(JUNIT, "rebate", "java"), "rebate");
});
