"""Java source as it is read."""

from __future__ import annotations

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.java.reading import Example, examples_of, read, values

SHOP = b"""package shop.price;

import java.util.List;

/** Prices. */
public class Price {
  /**
   * >>> net(100, 0.5)
   * 50
   * @throws IllegalArgumentException if price is negative
   */
  public static int net(int price, double rate) {
    if (price < 0) throw new IllegalArgumentException("price is negative");
    return price > 1000 ? 900 : (int) (price * rate);
  }
}

record Line(String name, int count) {}
"""


def test_classes_have_their_full_names() -> None:
    source = read(SHOP)
    assert source.package == "shop.price"
    assert source.classes == ("shop.price.Price", "shop.price.Line")


def test_a_file_without_a_package_is_read() -> None:
    assert read(b"class A {}").classes == ("A",)


def test_constants_are_gathered() -> None:
    source = read(SHOP)
    assert source.numbers == (0.0, 1000.0, 900.0)
    assert source.texts == ("price is negative",)


def test_what_a_comment_announces_belongs_to_its_method() -> None:
    assert read(SHOP).throws["net"] == {"IllegalArgumentException"}


def test_examples_are_read() -> None:
    assert read(SHOP).examples == (Example("net", (100.0, 0.5), 50.0),)


@pytest.mark.parametrize(
    ("source", "line"),
    [("class A { int f( { return 1; } }", 1), ("class A {\n  int f() { return 1 }\n}", 2), ("class A {\n", 1)],
)
def test_a_broken_file_is_told_with_its_line(source: str, line: int) -> None:
    with pytest.raises(SourceBroken) as error:
        read(source.encode())
    assert error.value.line >= line
    assert error.value.column >= 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1, -2.5, 3L", [1.0, -2.5, 3.0]),
        ('"a", "b, c"', ["a", "b, c"]),
        ('"say \\"hi\\""', ['say "hi"']),
        ("true, false", [True, False]),
        ("Arrays.asList(1, 2), 3", [[1.0, 2.0], 3.0]),
        ("new ArrayList<>(Arrays.asList(1, 2))", [[1.0, 2.0]]),
        ("new ArrayList<Integer>()", None),
        ("List.of()", [[]]),
        ("[[1], [2, 3]]", [[[1.0], [2.0, 3.0]]]),
        ("{1, 2}", [[1.0, 2.0]]),
        ("", []),
    ],
)
def test_values_of_examples(written: str, expected: list[object] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="ArrayList"):
            values(written)
    else:
        assert values(written) == expected


@pytest.mark.parametrize("written", ["x", "f(1)", "[1", "1]", "new Cart()", "null"])
def test_what_is_no_plain_value_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        values(written)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("/** >>> f(1)\n 2 */", [Example("f", (1.0,), 2.0)]),
        ("/**\n * >>> s.f([1, 2])\n * true\n */", [Example("f", ([1.0, 2.0],), value=True)]),
        ("// f(1) => 2", [Example("f", (1.0,), 2.0)]),
        ('/** f("a") -> "b" */', [Example("f", ("a",), "b")]),
        ("/** >>> f(x)\n 2 */", []),
        ("/** f(1) is fine */", []),
        ("/** >>> f(1)\n */", []),
    ],
)
def test_examples_of_a_comment(comment: str, expected: list[Example]) -> None:
    assert list(examples_of(comment)) == expected
