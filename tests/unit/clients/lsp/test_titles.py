"""Which test of Jest or JUnit a line is in, under the name that the server finds it by."""

from __future__ import annotations

import pytest

from clients.lsp.titles import titled_at

JEST = """import { net } from "./till";

beforeEach(() => reset());

describe("net", () => {
  it('takes the "rebate" off', () => {
    expect(net(3)).toBe(2);
  });

  describe("of nothing", () => {
    test.only(`is 0`, async () => { expect(net(0)).toBe(0); });
  });
  // test("not this one", () => {});
});

test("alone", function () {
  expect(net(1)).toBe("test('nor this', () => {");
});
"""
JUNIT = """package shop;

class TillTest {
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
    @RepeatedTest(3) void again() { fail(); }
    @Test abstract void without();
  }
}
"""


def by_line(text: str, language: str = "javascript") -> list[str | None]:
    """What each line is in."""
    return [titled_at(text, line, language) for line in range(len(text.split("\n")))]


def named(text: str, language: str = "javascript") -> set[str]:
    return {name for name in by_line(text, language) if name is not None}


def test_a_test_has_its_title_behind_those_of_its_blocks() -> None:
    assert by_line(JEST) == [
        *[None] * 5, *['net takes the "rebate" off'] * 3, *[None] * 2, "net of nothing is 0", *[None] * 4,
        *["alone"] * 3, None,
    ]  # fmt: skip
    assert titled_at(JEST, 99, "javascript") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            'describe.each([[1]])("of %i", () => {\n it.each([\n  [1, 2],\n ])("%i is %i", () => {\n   f();\n });\n});',
            "of %i %i is %i",
        ),
        ('test.each`\n a | b\n ${1} | ${")"}\n`("$a is $b", ({ a }) => {\n  f();\n});\n', "$a is $b"),
        ('test.each<[number, string]>([[1, "a"]])("%i", (n) => {\n  f(n);\n});\n', "%i"),
    ],
)
def test_a_tables_test_has_the_title_behind_its_rows(text: str, name: str) -> None:
    assert named(text) == {name}


@pytest.mark.parametrize("call", ["test.skip", "it.todo", "xit", "test.skip.each([1])", "page.test", "latest", "$it"])
def test_what_is_skipped_or_called_otherwise_is_no_failing_test(call: str) -> None:
    assert named(f'{call}("a", () => {{}});') == set()


def test_a_title_that_is_no_plain_text_is_left_alone() -> None:
    assert named('test(`a` + name, () => {});\ntest(name, () => {});\ntest("", () => {});') == set()
    inner = 'describe("full", () => {\n test("adds", () => {});\n});'
    assert named(f'describe("net", () => {{\ndescribe(Cart.name, () => {{\n{inner}\n}});\n}});') == {"full adds"}


@pytest.mark.parametrize(
    "body",
    [
        "expect(a).toMatch(/[\"'`(]+\\//);", "const a = b / (c / d);", "render(<p>Don't stop</p>); done();",
        "render(<a href={x} />); open(')');", "return /\\)/.test(x);", "f(`a ${g(`)` + {}.b)} ( c`);",
        "/* it('x', () => { */ f(); // (", "f(<a>http://x.example/</a>);",
    ],
)  # fmt: skip
def test_brackets_in_texts_do_not_move_the_end_of_a_test(body: str) -> None:
    text = f'test("a", () => {{\n  {body}\n}});\nlet between;\ntest("b", () => {{}});\n'
    assert by_line(text) == ["a", "a", "a", None, "b", None]


def test_where_brackets_stay_open_the_last_test_that_began_is_meant() -> None:
    assert titled_at('test("a", () => {\n  f(<a>(</a>)\n});\ntest("b", () => {\n});\n', 4, "javascript") == "b"


def test_a_title_that_is_too_long_for_the_server_is_told_by_its_last_words() -> None:
    (name,) = named(f'describe("{"long " * 50}", () => {{ test("ends", () => {{}}); }});')
    assert len(name) <= 200
    assert name.startswith("long ")
    assert name.endswith(" ends")


def test_a_junit_test_begins_at_its_first_annotation_whatever_brackets_these_hold() -> None:
    rows = by_line(JUNIT, "java")
    assert rows[:8] == [None] * 8
    assert rows[8:14] == [*["rebate"] * 5, None]
    assert rows[14:22] == [None, None, *["rows"] * 6]
    assert named(JUNIT, "java") == {"rebate", "rows", "full", "again"}
