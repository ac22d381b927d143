"""What was seen as JUnit tests."""

from __future__ import annotations

from typing import Any

import pytest

from domains.codegen.java.layout import COLUMNS
from domains.codegen.java.rendering import Case, Names, beside, calls, file, write
from domains.codegen.java.running import Row


def row(seen: dict[str, Any], *args: str, **more: Any) -> Row:
    fields = {
        "symbol": "Cart.add", "owner": "shop.Cart", "name": "add", "static": True, "constructs": False, "maker": None,
        "before": (), "args": args, "parameters": ("price", "rate")[: len(args)], **more,
    }  # fmt: skip
    return Row(**fields, seen=seen)  # type: ignore[arg-type]


def code(one: Row, note: str = "") -> str:
    (written,) = write([Case(one, "regression", note)], Names())
    return written.code


VALUE = {"kind": "value"}


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({**VALUE, "text": "3", "type": "Integer"}, "assertEquals(3, Cart.add(1));"),
        ({**VALUE, "text": "true", "type": "Boolean"}, "assertTrue(Cart.add(1));"),
        ({**VALUE, "text": "false", "type": "Boolean"}, "assertFalse(Cart.add(1));"),
        ({**VALUE, "text": "true", "type": "Boolean boxed"}, "assertEquals(true, Cart.add(1));"),
        ({**VALUE, "text": "0.5", "type": "Double boxed"}, "assertEquals(0.5, Cart.add(1));"),
        ({**VALUE, "text": "null", "type": "null"}, "assertNull(Cart.add(1));"),
        ({**VALUE, "text": "0.5", "type": "Double"}, "assertEquals(0.5, Cart.add(1), 1e-9);"),
        ({**VALUE, "text": "1.0E-5", "type": "Double"}, "assertEquals(1.0E-5, Cart.add(1), 1e-9);"),
        ({**VALUE, "text": "new int[] {1}", "type": "array"}, "assertArrayEquals(new int[] {1}, Cart.add(1));"),
        ({**VALUE, "text": "List.of(1)", "type": "ArrayList"}, "assertEquals(List.of(1), Cart.add(1));"),
        ({"kind": "shown", "text": '"a cart"', "type": "Cart"}, 'assertEquals("a cart", Cart.add(1).toString());'),
        ({"kind": "void", "text": ""}, "assertDoesNotThrow(() -> Cart.add(1));"),
        (
            {"kind": "object", "text": "Cart", "type": "Cart"},
            'assertEquals("Cart", result.getClass().getSimpleName());',
        ),
        (
            {"kind": "throws", "text": "java.lang.ArithmeticException"},
            "assertThrows(ArithmeticException.class, () -> Cart.add(1));",
        ),
        (
            {"kind": "throws", "text": "java.io.IOException", "message": 'no "x"'},
            'assertEquals("no \\"x\\"", thrown.getMessage());',
        ),
    ],
)
def test_an_outcome_becomes_an_assertion(seen: dict[str, Any], line: str) -> None:
    assert line in code(row(seen, "1"))


def test_a_method_is_called_on_what_was_made() -> None:
    text = code(
        row(
            {**VALUE, "text": "7", "type": "Integer"}, "2", static=False, maker=("5",),
            before=({"name": "clear", "args": ()},),
        )
    )  # fmt: skip
    assert "Cart cart = new Cart(5);\n  cart.clear();\n  assertEquals(7, cart.add(2));" in text


def test_what_changes_is_arranged_and_looked_at() -> None:
    text = code(row({"kind": "void", "text": "", "after": ((0, "new int[] {1, 2}"),)}, "new int[] {2, 1}"))
    assert "var price = new int[] {2, 1};" in text
    assert "Cart.add(price);" in text
    assert "assertArrayEquals(new int[] {1, 2}, price);" in text


def test_the_state_of_an_object_is_looked_at() -> None:
    seen = {"kind": "void", "text": "", "state": (("getTotal()", "3"),)}
    assert "assertEquals(3, cart.getTotal());" in code(row(seen, "1", static=False, maker=()))


def test_a_chain_gives_the_object_itself() -> None:
    assert "assertSame(cart, cart.add(1));" in code(row({"kind": "self", "text": ""}, "1", static=False, maker=()))


def test_a_constructor_is_tested_by_what_it_makes() -> None:
    seen = {"kind": "object", "text": "Cart", "type": "Cart", "state": (("size()", "0"),)}
    text = code(row(seen, "1", constructs=True, name="Cart"))
    assert "var result = new Cart(1);" in text
    assert "assertEquals(0, result.size());" in text


def test_a_class_is_looked_at_where_the_compiler_does_not_know_it() -> None:
    seen = {"kind": "object", "text": "Cart", "type": "Cart", "state": (("size()", "0"),)}
    assert "getSimpleName" not in code(row(seen, "1"))
    assert 'assertEquals("Cart", result.getClass().getSimpleName());' in code(row({**seen, "type": "Cart boxed"}, "1"))


@pytest.mark.parametrize(
    ("seen", "arranging", "calling", "head"),
    [
        ({**VALUE, "text": "1"}, "", "", "() {"),
        ({**VALUE, "text": "1"}, "", "java.io.IOException", "() throws IOException {"),
        ({**VALUE, "text": "1"}, "shop.Cart.Missing", "java.lang.Exception", "() throws Exception {"),
        ({"kind": "throws", "text": "java.io.IOException"}, "", "java.io.IOException", "() {"),
        ({"kind": "throws", "text": "java.io.IOException"}, "shop.Cart.Missing", "java.lang.Exception",
         "() throws Cart.Missing {"),
        ({"kind": "void", "text": ""}, "", "java.io.IOException", "() {"),
        ({"kind": "void", "text": "", "state": (("a", "1"),)}, "", "java.io.IOException", "() throws IOException {"),
    ],
)  # fmt: skip
def test_only_what_can_be_thrown_outside_of_an_assertion_is_declared(
    seen: dict[str, Any], arranging: str, calling: str, head: str
) -> None:
    one = row(seen, "1", static=False, maker=("5",), arranging=arranging, calling=calling)
    assert head in code(one).split("\n")[1]


_NAMED = ("java.io.IOException", "other.IOException", "shop.Cart.Gone")


def test_exceptions_are_imported_and_two_of_one_name_are_told_apart() -> None:
    raised = [
        {"kind": "throws", "text": text} for text in ("java.io.IOException", "other.IOException", "shop.Cart.Gone")
    ]
    text = file(
        write([Case(row(one, str(n)), "regression") for n, one in enumerate(raised)], Names()),
        "shop", "Cart.java", "", "Tests.",
    )  # fmt: skip
    assert "import java.io.IOException;\nimport org.junit.jupiter.api.Test;\n" in text
    assert "assertThrows(IOException.class" in text
    assert "assertThrows(other.IOException.class" in text
    assert "assertThrows(Cart.Gone.class" in text


def test_a_constant_is_called_by_its_own_name() -> None:
    one = row({**VALUE, "text": "2"}, static=False, maker=(), made="Level.LOW", constant=True, owner="shop.Level")
    assert "{\n  assertEquals(2, Level.LOW.add());\n}" in code(one)
    assert calls(one) == "Level.LOW; add()"


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"made": "Cart.of(3)"}, "Cart cart = Cart.of(3);"),
        ({"made": "new Cart<>(3)", "declared": "Cart<Integer>"}, "Cart<Integer> cart = new Cart<>(3);"),
        ({"made": "() -> 3"}, "Cart cart = () -> 3;"),
        ({"owner": "shop.Store$Item"}, "Store.Item item = new Store.Item(3);"),
        ({"owner": "shop.Default"}, "Default defaultMade = new Default(3);"),
    ],
)
def test_an_object_is_declared_as_its_class_is_made(more: dict[str, Any], line: str) -> None:
    assert line in code(row({**VALUE, "text": "2"}, "1", static=False, **{"maker": ("3",), **more}))


def test_an_argument_whose_value_does_not_say_its_type_is_declared_with_it() -> None:
    seen = {"kind": "void", "text": "", "after": ((0, "List.of(1)"),)}
    assert "List<Integer> price = new ArrayList<>();" in code(row(seen, "new ArrayList<>()", types=("List<Integer>",)))
    assert "var price = new ArrayList<>();" in code(row(seen, "new ArrayList<>()", types=("",)))


def test_the_reason_of_a_suspicion_stands_in_the_test() -> None:
    assert "// the example" in code(row({**VALUE, "text": "3"}, "1"), "the example")


@pytest.mark.parametrize(
    ("seen", "args", "name"),
    [
        ({**VALUE, "text": "90"}, ("100", "10"), "addOf100And10Is90"),
        ({**VALUE, "text": "-1.5"}, ("-1",), "addOfMinus1IsMinus1Point5"),
        ({**VALUE, "text": "0.0"}, ("5.0", "-1.0"), "addOf5AndMinus1Is0"),
        ({**VALUE, "text": '""'}, ('""',), "addOfEmptyTextIsEmptyText"),
        ({**VALUE, "text": "true"}, ('"gold card"',), "addOfGoldCardIsTrue"),
        ({**VALUE, "text": "0"}, ("new ArrayList<>()",), "addOfEmptyListIs0"),
        ({"kind": "throws", "text": "java.io.IOException"}, (), "addThrowsIOException"),
        ({"kind": "void", "text": ""}, (), "addReturns"),
        ({"kind": "self", "text": ""}, (), "addGivesItself"),
        ({"kind": "object", "text": "Item", "type": "Item boxed"}, (), "addGivesAnItem"),
        ({**VALUE, "text": "3"}, ("x -> x + 1",), "addOfAFunctionIs3"),
    ],
)
def test_a_name_says_the_scenario(seen: dict[str, Any], args: tuple[str, ...], name: str) -> None:
    assert Names().of(row(seen, *args)) == name


def test_tests_of_one_method_stand_together() -> None:
    other = {"symbol": "Cart.size", "name": "size"}
    rows = [row(VALUE | {"text": "1"}, "1"), row(VALUE | {"text": "1"}, **other), row(VALUE | {"text": "2"}, "2")]
    written = write([Case(one, "regression") for one in rows], Names())
    assert [one.name for one in written] == ["addOf1Is1", "addOf2Is2", "sizeIs1"]


def test_no_two_tests_share_a_name() -> None:
    names = Names()
    made = [names.of(row({**VALUE, "text": "1"}, "1")) for _ in range(4)]
    assert made == ["addOf1Is1", "addOf1Is1Again", "addOf1Is1Variant3", "addOf1Is1Variant4"]


def test_a_file_has_its_package_and_the_imports_that_it_needs() -> None:
    written = write([Case(row({**VALUE, "text": "List.of(1)"}, "Arrays.asList(1)"), "regression")], Names())
    text = file(written, "shop", "src/shop/Cart.java", "", "Tests.")
    assert text.startswith("package shop;\n")
    assert "import java.util.Arrays;\nimport java.util.List;\n" in text
    assert "import static org.junit.jupiter.api.Assertions.assertEquals;" in text
    assert "class CartTest {" in text
    assert "HashMap" not in text


def test_what_is_only_named_in_full_or_in_a_text_is_not_imported() -> None:
    seen = {**VALUE, "text": '"a List \\" Map"'}
    text = file(
        write([Case(row(seen, "new java.util.HashSet<>()"), "regression")], Names()), "", "Cart.java", "", "Tests."
    )
    assert "import java.util" not in text
    assert text.startswith("import static org.junit")


@pytest.mark.parametrize(
    ("target", "kind", "path"),
    [("Cart.java", "", "CartTest.java"), ("a/b/Cart.java", "Suspected", "a/b/CartSuspectedTest.java")],
)
def test_tests_lie_in_the_package_of_their_class(target: str, kind: str, path: str) -> None:
    assert beside(target, kind) == path


def test_the_calls_in_a_line() -> None:
    one = row({**VALUE, "text": "1"}, "2", static=False, maker=("5",), before=({"name": "clear", "args": ()},))
    assert calls(one) == "new Cart(5); clear(); add(2)"


LONG = '"' + "x" * 70 + '"'


def test_a_written_file_keeps_to_the_columns() -> None:
    one = row({**VALUE, "text": LONG, "type": "String"}, LONG, "2")
    text = file(write([Case(one, "regression")], Names()), "shop", "shop/Cart.java", "", "Tests of shop/Cart.java.")
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert text.count("(") == text.count(")")
    assert "\t" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_names_that_methods_have_are_not_given_again() -> None:
    made = row({"kind": "value", "text": "1", "type": "int"}, "2")
    free = Names().of(made)
    assert Names(taken=[free]).of(made) == f"{free}Again"
    assert Names(taken=[free, f"{free}Again"]).of(made) == f"{free}Variant3"
