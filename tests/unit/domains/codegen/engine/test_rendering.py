"""Scenarios as test functions: they parse, they assert, they read well."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from domains.codegen.engine.formatting import formatted
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.inside.world import World
from domains.codegen.engine.naming import Names
from domains.codegen.engine.rendering import Case, Written, alone, file, sentence, write
from domains.codegen.engine.types import Label


def case(call: str, seen: Seen, *values: str, label: Label = "regression") -> Case:
    return Case(Scenario(call, (Step(call, tuple(("", value) for value in values)),)), (seen,), label)


def named(*parameters: str) -> Names:
    return Names({"f": parameters})


def one(made: Case) -> str:
    (function,) = write([made], Names())
    ast.parse(function.code)
    return function.code


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (Seen("value", "4", "int"), "assert f(2) == 4"),
        (Seen("value", "None", "NoneType"), "assert f(2) is None"),
        (Seen("value", "True", "bool"), "assert f(2) is True"),
        (Seen("value", "0.5", "float"), "assert f(2) == 0.5"),
        (Seen("value", "0.30000000000000004", "float"), "assert f(2) == pytest.approx(0.30000000000000004)"),
        (Seen("iterator", "[0, 1]", "list"), "assert list(f(2)) == [0, 1]"),
        (Seen("object", "Cart", "Cart"), 'assert type(f(2)).__name__ == "Cart"'),
        (Seen("raises", "ValueError"), "with pytest.raises(ValueError):"),
        (Seen("raises", "ValueError", message="no way"), "with pytest.raises(ValueError, match='^no way$'):"),
        (Seen("raises", "shop.errors.Refused"), "with pytest.raises(shop.errors.Refused):"),
        (Seen("typed", "int", "str"), "assert type(f(2)).__name__ in {'int'}"),
        (Seen("bounded", "0.0..100.0", "float"), "assert 0.0 <= f(2) <= 100.0"),
        (Seen("bounded", "0.0..", "float"), "assert 0.0 <= f(2)"),
    ],
)
def test_each_kind_of_observation_has_its_assertion(seen: Seen, line: str) -> None:
    assert line in one(case("f", seen, "2"))


@pytest.mark.parametrize("message", ["at 0x7f12", "two\nlines", "/tmp/x", "y" * 200])
def test_a_message_that_may_differ_is_not_expected(message: str) -> None:
    if message == "at 0x7f12":
        message = f"object {message}"
    assert "match" not in one(case("f", Seen("raises", "ValueError", message=message), "2"))


def test_a_message_is_expected_literally() -> None:
    code = one(case("f", Seen("raises", "ValueError", message="a (b) [c] d."), "2"))
    assert "a \\\\(b\\\\) \\\\[c\\\\] d\\\\." in code


def test_a_changed_argument_is_arranged_and_asserted() -> None:
    code = one(case("sort", Seen("value", "None", "NoneType", after=((0, "[1, 3]"),)), "[3, 1]"))
    assert "argument_a = [3, 1]\n    sort(argument_a)\n    assert argument_a == [1, 3]" in code


def test_an_object_is_named_after_its_class_and_used_step_by_step() -> None:
    steps = (
        Step("BigCart", (("", "2"),), binds=True),
        Step("subject.add", (("", "1"),)),
        Step("subject.size", reads=True),
    )
    seen = (Seen("object", "BigCart"), Seen("value", "None", "NoneType"), Seen("value", "1", "int"))
    code = one(Case(Scenario("BigCart.size", steps), seen, "regression"))
    assert "big_cart = BigCart(2)\n    big_cart.add(1)\n    assert big_cart.size == 1" in code


def test_parts_of_an_object_are_asserted() -> None:
    code = one(case("make", Seen("object", "Cart", "Cart", parts=(("limit", "3"),)), "2"))
    assert "result = make(2)" in code
    assert "assert result.limit == 3" in code


def test_a_note_is_a_comment() -> None:
    made = Case(Scenario("f", (Step("f"),)), (Seen("value", "1", "int"),), "suspected_bug", "its docstring says so")
    assert "# its docstring says so" in one(made)


def test_four_alike_become_a_table() -> None:
    cases = [case("f", Seen("value", str(2 * n), "int"), str(n)) for n in range(4)]
    (table,) = write(cases, Names())
    assert "@pytest.mark.parametrize" in table.code
    assert table.code.count("        (") == 4
    assert table.cases == tuple(cases)


def test_three_stay_functions_and_labels_are_not_mixed() -> None:
    cases = [case("f", Seen("value", str(n), "int"), str(n)) for n in range(3)]
    assert len(write(cases, Names())) == 3
    mixed = [*cases, case("f", Seen("value", "9", "int"), "9", label="contract")]
    assert len(write(mixed, Names())) == 4


def test_a_file_imports_what_it_uses_and_no_more() -> None:
    written = write([case("f", Seen("value", "datetime.date(2024, 1, 1)", "date"), "2")], Names())
    text = file(written, "shop.price", frozenset({"f", "unused"}), "Tests of shop.price.")
    assert "import datetime\n" in text
    assert "from shop.price import f\n" in text
    assert "pytest" not in text
    assert "unused" not in text


def test_a_table_in_a_project_without_hypothesis_imports_none_of_it() -> None:
    """The one argument of a table is called `given`, as what Hypothesis has is."""
    cases = [case("f", Seen("value", str(2 * n), "int"), str(n)) for n in range(4)]
    text = file(write(cases, Names()), "shop", frozenset({"f"}), "Tests.")
    assert '("given", "expected")' in text
    assert "hypothesis" not in text


def test_a_law_imports_hypothesis_beside_such_a_table() -> None:
    cases = [case("f", Seen("value", str(2 * n), "int"), str(n)) for n in range(4)]
    law = "@settings(deadline=None)\n@given(n=st.integers())\ndef test_law(n):\n    assert f(f(n)) == f(n)"
    text = file([*write(cases, Names()), Written("test_law", law, ())], "shop", frozenset({"f"}), "Tests.")
    assert "from hypothesis import given, settings\n" in text


def test_what_an_argument_is_called_is_not_imported() -> None:
    made = Case(Scenario("f", (Step("f", (("string", '"a"'),)),)), (Seen("value", "1", "int"),), "regression")
    rows = [replace(made, scenario=Scenario("f", (Step("f", (("string", f'"{n}"'),)),))) for n in range(4)]
    (table,) = write(rows, Names())
    assert '("string", "expected")' in table.code
    assert "import string" not in file([table], "shop", frozenset({"f"}), "Tests.")


def test_the_module_of_a_foreign_exception_is_imported() -> None:
    written = write([case("f", Seen("raises", "shop.errors.Refused"), "2")], Names())
    text = file(written, "shop.price", frozenset({"f"}), "Tests.")
    assert "import shop.errors\n" in text
    assert "import pytest\n" in text


def test_ruff_formats_what_was_written() -> None:
    assert formatted("x   =  {'a':1}\n") == 'x = {"a": 1}\n'
    assert formatted("import b\nimport a\n\n\nprint(a, b)\n").startswith("import a\nimport b")


def test_what_ruff_cannot_read_stays_as_it_was() -> None:
    assert formatted("def (:\n") == "def (:\n"


def test_a_sentence_says_calls_and_outcome() -> None:
    assert sentence(case("f", Seen("value", "4", "int"), "2")) == "f(2) -> 4"
    assert sentence(case("f", Seen("raises", "KeyError", message="x"), "2")) == "f(2) -> raises KeyError: x"


def test_written_functions_keep_their_cases() -> None:
    made = case("f", Seen("value", "4", "int"), "2")
    (function,) = write([made], Names())
    assert function == Written("test_f_of_two_is_four", function.code, (made,))


STILL = World(
    lines=("random.seed(0)", "monkeypatch.setattr('time.time', lambda: 1.0)"),
    imports=("random",),
    classes=("def no_network(*_address):\n    raise OSError('none')\n",),
)
PLAIN_TEST = Written("test_f", "def test_f():\n    assert f(1) == 1", ())


def test_a_fixture_holds_still_what_differs_from_run_to_run() -> None:
    text = file([PLAIN_TEST], "shop", frozenset({"f"}), "Tests.", STILL)
    tree = ast.parse(text)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert names == ["no_network", "same_each_time", "test_f"]
    assert "@pytest.fixture(autouse=True)\ndef same_each_time(monkeypatch):" in text
    assert text.index("import random") < text.index("import pytest") < text.index("from shop import f")


def test_a_name_that_the_fixture_imports_is_not_imported_from_the_module() -> None:
    code = "def test_f():\n    assert f(random.random()) == 1"
    text = file([Written("test_f", code, ())], "shop", frozenset({"f", "random"}), "Tests.", STILL)
    assert "from shop import f\n" in text
    assert text.count("import random") == 1


def test_without_fakes_there_is_no_fixture() -> None:
    text = file([PLAIN_TEST], "shop", frozenset({"f"}), "Tests.")
    assert "fixture" not in text
    assert "pytest" not in text


def alike(text: str, *, note: str = "", reason: str = "") -> Case:
    scenario = Scenario("twice", (Step("twice", (("", text),)),))
    return Case(scenario, (Seen("value", str(int(text) * 2), "int"),), "regression", note, reason)


def test_a_reason_is_the_tests_docstring_and_stands_before_everything_else() -> None:
    (written,) = write([alike("2", note="said", reason="Two is doubled.")], Names())
    function = ast.parse(written.code).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) == "Two is doubled."
    assert written.code.index("Two is doubled.") < written.code.index("# said") < written.code.index("assert")


def test_a_note_stands_above_what_is_arranged() -> None:
    scenario = Scenario("sort", (Step("sort", (("", "[2, 1]"),)),))
    case = Case(scenario, (Seen("value", "None", "NoneType", after=((0, "[1, 2]"),)),), "contract", "said")
    (written,) = write([case], Names())
    lines = [line.strip() for line in written.code.splitlines()]
    assert lines[1:] == ["# said", "argument_a = [2, 1]", "sort(argument_a)", "assert argument_a == [1, 2]"]


def test_rows_of_a_table_are_not_alone_and_the_rest_is() -> None:
    rows = [alike(str(n)) for n in range(5)]
    other = Case(Scenario("f", (Step("f"),)), (Seen("raises", "KeyError"),), "regression")
    assert alone([*rows, other]) == [other]
    assert alone(rows[:3]) == rows[:3]


def test_a_name_that_somebody_gave_is_used() -> None:
    case = alike("2")
    (written,) = write([case], Names(given={case.scenario: "test_twice_of_two_is_four_indeed"}))
    assert written.name == "test_twice_of_two_is_four_indeed"


BOUND = Seen("object", "function", "function")


def call(*values: str, binds: bool = False) -> Step:
    return Step("subject", tuple(("", value) for value in values), binds=binds)


def made_case(maker: str, *rest: tuple[Step, Seen]) -> Case:
    steps = [(Step(maker, (("", "2"),), binds=True), BOUND), *rest]
    return Case(Scenario(maker, tuple(step for step, _ in steps)), tuple(seen for _, seen in steps), "regression")


def test_what_a_function_made_has_a_name_that_does_not_hide_it() -> None:
    code = one(made_case("retry", (call("0"), Seen("value", "'0'", "str"))))
    assert "    made_by_retry = retry(2)\n    assert made_by_retry(0) == '0'" in code


def test_calls_in_a_row_are_one_expression() -> None:
    code = one(made_case("retry", (call("str", binds=True), BOUND), (call("0"), Seen("value", "'0'", "str"))))
    assert "    made_by_retry = retry(2)(str)\n    assert made_by_retry(0) == '0'" in code


def test_a_call_in_a_row_that_raises_stands_alone() -> None:
    code = one(made_case("retry", (call("None", binds=True), Seen("raises", "TypeError"))))
    assert "    made_by_retry = retry(2)\n    with pytest.raises(TypeError):\n        made_by_retry(None)" in code


def test_what_is_raised_while_items_are_drawn_is_drawn_for() -> None:
    code = one(case("f", Seen("raises", "ValueError", "iterator"), "2"))
    assert "with pytest.raises(ValueError):\n        list(f(2))" in code


@pytest.mark.parametrize("message", ["<lambda>() takes 1 argument", "f.<locals>.g() failed", "no file /tmp/x"])
def test_a_message_that_tells_where_it_is_is_not_expected(message: str) -> None:
    assert "match=" not in one(case("f", Seen("raises", "TypeError", message=message), "2"))


def test_items_that_cannot_be_written_are_counted() -> None:
    assert "assert len(list(f(2))) == 3" in one(case("f", Seen("counted", "3", "list"), "2"))
    assert "len(list(itertools.islice(f(2), 50))) == 50" in one(case("f", Seen("counted", "50", "list"), "2"))


def table(rows: list[tuple[str, ...]], names: Names) -> str:
    (written,) = write([case("f", Seen("value", str(n), "int"), *row) for n, row in enumerate(rows)], names)
    return written.code


def test_a_table_has_the_names_of_the_parameters_and_is_named_after_them() -> None:
    code = table([("1", "2"), ("2", "3"), ("3", "4"), ("4", "5")], named("low", "high"))
    assert '("low", "high", "expected"),' in code
    assert "def test_f_by_low_and_high(low, high, expected):\n    assert f(low, high) == expected" in code


def test_the_rows_of_a_table_are_in_order_where_they_have_one() -> None:
    code = table([("60",), ("-75",), ("90",), ("0",)], named("score"))
    assert [line.strip() for line in code.splitlines() if "), " in line or line.startswith("        (")] == [
        "(-75, 1),", "(0, 3),", "(60, 0),", "(90, 2),",
    ]  # fmt: skip
    mixed = table([("'b'",), ("3",), ("None",), ("'a'",)], named("score"))
    assert mixed.index("'b'") < mixed.index("None") < mixed.index("'a'")


@pytest.mark.parametrize("parameter", ["f", "expected", "request", "tmp_path", ""])
def test_a_name_that_would_hide_another_is_not_taken(parameter: str) -> None:
    code = table([("1",), ("2",), ("3",), ("4",)], named(parameter))
    assert "def test_f_by_given(given, expected):" in code


def test_a_table_of_many_arguments_does_not_list_them_in_its_name() -> None:
    rows = [tuple(str(n) for n in range(first, first + 4)) for first in range(4)]
    assert "def test_f_by_its_arguments(a, b, c, d, expected):" in table(rows, named("a", "b", "c", "d"))


def test_an_argument_that_is_looked_at_again_has_its_parameters_name() -> None:
    seen = Seen("value", "None", "NoneType", after=((0, "[1, 3]"),))
    (written,) = write([case("f", seen, "[3, 1]")], named("items"))
    assert "items = [3, 1]\n    f(items)\n    assert items == [1, 3]" in written.code
    (other,) = write([case("f", seen, "[items, 1]")], named("items"))
    assert "argument_a = [items, 1]" in other.code


def test_a_coroutine_is_run_and_what_it_raises_is_awaited_too() -> None:
    assert "assert asyncio.run(f(2)) == 4" in one(case("f", Seen("value", "4", "int", awaited=True), "2"))
    raising = case("f", Seen("raises", "ValueError", awaited=True), "2")
    assert "with pytest.raises(ValueError):\n        asyncio.run(f(2))" in one(raising)
    text = file(write([raising], Names()), "shop", frozenset({"f"}), "Tests.")
    assert text.count("import asyncio\n") == 1


def test_an_object_of_a_class_at_hand_is_an_instance_of_it() -> None:
    made = Case(Scenario("Cart.of", (Step("Cart.of"),)), (Seen("object", "Cart", "Cart"),), "regression")
    assert "assert isinstance(Cart.of(), Cart)" in one(made)


def test_a_special_method_is_written_as_an_operator() -> None:
    steps = (Step("Cart", binds=True), Step("subject.__contains__", (("", "1"),)))
    seen = (Seen("object", "Cart"), Seen("value", "False", "bool"))
    code = one(Case(Scenario("Cart.__contains__", steps), seen, "regression"))
    assert "assert (1 in cart) is False" in code


def test_there_is_one_none_and_one_not_implemented() -> None:
    parts = (("unit", "None"), ("low", "1"))
    assert "assert result.unit is None\n    assert result.low == 1" in one(
        case("f", Seen("object", "A", "A", parts=parts))
    )
    assert "assert f(2) is NotImplemented" in one(case("f", Seen("value", "NotImplemented", "NotImplementedType"), "2"))
    refused = Seen("value", "NotImplemented", "NotImplementedType")
    steps = (Step("Span", (), binds=True), Step("subject.__add__", (("", "'a'"),)))
    code = one(Case(Scenario("Span.__add__", steps), (BOUND, refused), "regression"))
    assert "assert span.__add__('a') is NotImplemented" in code


def method(maker: str, value: str, seen: Seen, callee: str = "subject.spell") -> Case:
    steps = (Step(maker, (("", "3"),), binds=True), Step(callee, (("", value),)))
    return Case(Scenario("Speller.spell", steps), (Seen("object", ""), seen), "regression")


def methods(**changed: str) -> list[Case]:
    words = {"2": "'two'", "1": "'one'", "3": "'three'", "4": "'four'"}
    return [method(changed.get("maker", "Speller"), n, Seen("value", word, "str")) for n, word in words.items()]


def test_calls_of_a_method_of_objects_made_alike_become_a_table() -> None:
    (table,) = write(methods(), Names({"Speller.spell": ("number",)}))
    assert (
        table.code
        == """\
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, 'one'),
        (2, 'two'),
        (3, 'three'),
        (4, 'four'),
    ],
)
def test_speller_spell_by_number(number, expected):
    speller = Speller(3)
    assert speller.spell(number) == expected"""
    )


def test_objects_that_are_made_in_another_way_are_no_rows_of_it() -> None:
    other = method("Speller", "9", Seen("value", "'nine'", "str"))
    other = replace(other, scenario=Scenario("Speller.spell", (Step("Speller", binds=True), other.scenario.steps[1])))
    assert len(write([*methods(), other], Names())) == 2


@pytest.mark.parametrize(
    ("callee", "seen"),
    [
        ("subject.__contains__", Seen("value", "True", "bool")),
        ("subject", Seen("value", "1", "int")),
        ("subject.spell", Seen("value", "1", "int", awaited=True)),
        ("subject.spell", Seen("value", "1", "int", after=((0, "[]"),))),
    ],
)
def test_operators_calls_of_what_was_made_and_coroutines_are_alone(callee: str, seen: Seen) -> None:
    cases = [method("Speller", str(n), seen, callee) for n in range(5)]
    assert alone(cases) == cases


def test_a_fixture_or_a_function_in_the_making_keeps_a_method_out_of_a_table() -> None:
    for text in ("lambda a: a", "fixture_cart()"):
        steps = [(Step("Speller", (("", text),), binds=True), Step("subject.spell", (("", str(n)),))) for n in range(5)]
        seen = (Seen("object", ""), Seen("value", "1", "int"))
        cases = [Case(Scenario("Speller.spell", pair), seen, "regression") for pair in steps]
        assert alone(cases) == cases


def test_a_column_is_not_called_as_the_object_is() -> None:
    (table,) = write(methods(), Names({"Speller.spell": ("speller",)}))
    assert "def test_speller_spell_by_given(given, expected):" in table.code
    assert "assert speller.spell(given) == expected" in table.code


@pytest.mark.parametrize(
    ("number", "written"),
    [(10**40, "10**40"), (-(10**30), "-10**30"), (25 * 10**30, "25 * 10**30"), (-7 * 10**24, "-7 * 10**24")],
)
def test_a_number_of_many_noughts_can_be_read_and_is_the_same(number: int, written: str) -> None:
    assert f"f(2) == {written}" in one(case("f", Seen("value", repr(number), "int"), "2"))
    assert eval(written) == number  # noqa: S307 - of this test


@pytest.mark.parametrize("number", [10**12, 10**40 + 1, 123456789 * 10**30])
def test_other_numbers_are_written_in_full(number: int) -> None:
    assert f"f(2) == {number}" in one(case("f", Seen("value", repr(number), "int"), "2"))
