"""Names say the scenario, and no two are alike."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.naming import Names, describe, snake, spelled


def name(callee: str, values: list[str], seen: Seen, parameters: list[str] | None = None) -> str:
    scenario = Scenario(callee, (Step(callee, tuple(("", value) for value in values)),))
    return Names({callee: parameters or []}).of(scenario, (seen,))


@pytest.mark.parametrize(
    ("callee", "values", "seen", "expected"),
    [
        ("discount", ["20.0", "0"], Seen("value", "20.0", "float"), "test_discount_of_20_and_zero_keeps_the_price"),
        ("double", ["2"], Seen("value", "4", "int"), "test_double_of_two_is_four"),
        ("clean", ["'abc'"], Seen("value", "'abc'", "str"), "test_clean_of_abc_is_unchanged"),
        ("clean", ["''"], Seen("raises", "ValueError"), "test_clean_of_empty_text_raises_value_error"),
        (
            "sort",
            ["[2, 1]"],
            Seen("value", "None", after=((0, "[1, 2]"),)),
            "test_sort_of_two_one_changes_its_argument",
        ),
        ("make", [], Seen("object", "Cart", "Cart"), "test_make_gives_a_cart"),
        ("count", ["3"], Seen("iterator", "[0, 1, 2]"), "test_count_of_three_yields_zero_one_two"),
        ("isOpen", ["None"], Seen("value", "False", "bool"), "test_is_open_of_none_is_false"),
        ("f", ["-1.5"], Seen("value", "True", "bool"), "test_f_of_minus_1_point_5_is_true"),
        ("f", ["lambda a: a"], Seen("value", "1", "int"), "test_f_of_a_function_is_one"),
    ],
)
def test_a_name_says_what_is_given_and_what_comes(callee: str, values: list[str], seen: Seen, expected: str) -> None:
    assert name(callee, values, seen, ["price", "percent"]) == expected


def test_what_came_before_is_said() -> None:
    steps = (Step("Cart", binds=True), Step("subject.add", (("", "1"),)), Step("subject.size", reads=True))
    seen = (Seen("object", "Cart"), Seen("value", "1", "int"), Seen("value", "1", "int"))
    assert Names().of(Scenario("Cart.size", steps), seen) == "test_cart_size_after_add_is_one"


def test_a_call_of_what_was_made_is_said() -> None:
    made = Step("retry", (("", "2"),), binds=True)
    wrapped, call = Step("subject", (("", "str"),), binds=True), Step("subject", (("", "0"),))
    value = (Seen("object", "function"), Seen("object", "function"), Seen("value", "'0'", "str"))
    assert (
        Names().of(Scenario("retry", (made, wrapped, call)), value) == "test_retry_of_two_of_str_called_with_zero_is_0"
    )
    assert Names().of(Scenario("retry", (made, call, call)), value) == "test_retry_of_two_called_again_with_zero_is_0"
    bare = Scenario("retry", (made, Step("subject")))
    assert Names().of(bare, (value[0], Seen("counted", "3"))) == "test_retry_of_two_called_yields_three"


def test_the_same_words_are_told_apart() -> None:
    names = Names()
    found = [names.free("test_x") for _ in range(40)]
    assert len(set(found)) == 40
    assert found[:3] == ["test_x", "test_x_again", "test_x_a_third_time"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=8,
    )
)
def test_any_value_makes_a_name_that_python_takes(value: object) -> None:
    made = name("f", [repr(value)], Seen("value", repr(value), type(value).__name__))
    assert made.isidentifier()
    assert made.isascii()
    assert not keyword.iskeyword(made)
    assert len(made) < 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [("parseSKU", "parse_sku"), ("HTTPServer", "http_server"), ("a.b", "a_b"), ("Already_snake", "already_snake")],
)
def test_snake_case(text: str, expected: str) -> None:
    assert snake(text) == expected


def test_numbers_are_spelled() -> None:
    assert [spelled(n) for n in (0, 12, 13, -3)] == ["zero", "twelve", "13", "minus_three"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "an_empty_list"),
        ("{}", "an_empty_dict"),
        ("[1, 2, 3, 4]", "a_list_of_four"),
        ("'   '", "blank_text"),
        ("'你好'", "a_text_of_signs"),
        ("10 ** 3", "10_3"),
        ("1000000000000000", "a_huge_number"),
        ("[[]]", "a_list_of_an_empty_list"),
        ("[[5, 3]]", "a_list_of_five_three"),
        ("Tier.GOLD", "gold"),
        ("Line('', 0)", "a_line"),
        ("Order()", "an_order"),
        ("[Line('', -1)]", "a_list_of_a_line"),
        ("[Line('Hello', -1), Line('', 0)]", "a_list_of_two"),
        ("{'a': Line('', 0)}", "a_dict_of_one"),
        ("decimal.Decimal('7')", "seven"),
        ("decimal.Decimal('10.55')", "10_point_55"),
        ("pathlib.Path('a/b.txt')", "a_b_txt"),
        ("-math.inf", "minus_math_inf"),
        ("datetime.date(2024, 2, 29)", "29_february_2024"),
        ("datetime.datetime(1999, 12, 31, 23, 59)", "31_december_1999_23_59"),
        ("datetime.datetime(1999, 12, 31, tzinfo=datetime.timezone.utc)", "datetime_datetime_1999_12_31_t"),
        ("datetime.time(12, 30)", "12_30"),
        ("datetime.timedelta(1)", "one_day"),
        ("datetime.timedelta(days=-2)", "minus_two_days"),
        ("datetime.timedelta(days=1, seconds=90)", "one_day_and_90_seconds"),
        ("datetime.timedelta(0)", "no_time"),
        ("datetime.timedelta()", "no_time"),
    ],
)
def test_values_in_words(text: str, expected: str) -> None:
    assert describe(text) == expected


def test_names_that_somebody_gave_are_told_apart_like_all_others() -> None:
    first, second = (Scenario("f", (Step("f", (("", text),)),)) for text in ("1", "2"))
    names = Names(given={first: "test_f_works", second: "test_f_works"})
    seen = (Seen("value", "1", "int"),)
    assert [names.of(first, seen), names.of(second, seen)] == ["test_f_works", "test_f_works_again"]
    assert names.of(Scenario("f", (Step("f", (("", "3"),)),)), seen) == "test_f_of_three_is_one"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["4.0", "True"], "test_ship_of_four_and_express_is_one"),
        (["4.0", "False"], "test_ship_of_four_and_not_express_is_one"),
        (["True", "4.0"], "test_ship_of_true_and_four_is_one"),
        (["4.0", "2", "True"], "test_ship_of_four_and_two_and_true_is_one"),
    ],
)
def test_a_switch_is_called_by_its_name_where_that_is_known(values: list[str], expected: str) -> None:
    assert name("ship", values, Seen("value", "1", "int"), ["weight", "express"]) == expected


def test_a_switch_that_is_given_by_name_says_it() -> None:
    scenario = Scenario("ship", (Step("ship", (("", "4"), ("isExpress", "False"))),))
    assert Names().of(scenario, (Seen("value", "1", "int"),)) == "test_ship_of_four_and_not_is_express_is_one"


@pytest.mark.parametrize(
    ("callee", "expected"),
    [
        ("问候", "test_问候_of_one_is_one"),
        ("计算Total", "test_计算total_of_one_is_one"),
        ("Überweisung.los", "test_überweisung_los_of_one_is_one"),
    ],
)
def test_a_function_keeps_the_letters_of_its_name(callee: str, expected: str) -> None:
    assert name(callee, ["1"], Seen("value", "1", "int"), ["n"]) == expected


def test_a_default_is_no_switch() -> None:
    made = name("load", ["'a'", "False"], Seen("value", "1", "int"), ["path", "default"])
    assert made == "test_load_of_a_and_false_is_one"


def test_an_object_has_its_article() -> None:
    assert name("open", [], Seen("object", "Account", "Account")) == "test_open_gives_an_account"
