"""Names and reasons are taken only where they can be held against what was run."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Project
from domains.codegen.helping import java, javascript
from domains.codegen.helping.language import About
from domains.codegen.helping.python import STYLE, Python
from domains.codegen.helping.wording import Facts, fault_of_name, fault_of_reason, words_of
from domains.codegen.helping.wording import facts as facts_of

SOURCE = '''def discount(price: float, percent: float) -> float:
    """Return the price after a discount for loyal customers."""
    if percent < 0:
        raise ValueError("percent must not be negative")
    return price * (1 - percent / 100)
'''


PYTHON = Python(Project({"m.py": SOURCE.encode()}, "m.py"), ast.parse(SOURCE))


def facts(of: Case, source: str) -> Facts:
    return facts_of(PYTHON.about(of), source, PYTHON.value)


def case(arguments: tuple[str, ...], seen: Seen) -> Case:
    given = tuple(("", text) for text in arguments)
    return Case(Scenario("discount", (Step("discount", given),)), (seen,), "regression")


KEPT = case(("80.0", "0"), Seen("value", "80.0", "float"))
HALVED = case(("80.0", "50"), Seen("value", "40.0", "float"))
REFUSED = case(("80.0", "-1"), Seen("raises", "ValueError", message="percent must not be negative"))
NONE = case(("80.0", "None"), Seen("value", "None", "NoneType"))
EMPTY = case(("''", "0"), Seen("value", "[]", "list"))
CHANGED = case(("[1]", "0"), Seen("value", "[1]", "list", after=((0, "[1, 2]"),)))


@pytest.mark.parametrize(
    ("of", "name"),
    [
        (KEPT, "test_discount_of_zero_keeps_the_price"),
        (KEPT, "test_zero_percent_discount_returns_the_same_price"),
        (HALVED, "test_discount_of_50_percent_halves_the_price"),
        (HALVED, "test_discount_of_50_reduces_the_price_to_40"),
        (HALVED, "test_loyal_customers_discounted_price"),
        (REFUSED, "test_discount_rejects_a_negative_percent"),
        (REFUSED, "test_discount_of_minus_one_raises_value_error"),
        (NONE, "test_discount_of_none_returns_none"),
        (EMPTY, "test_discount_of_an_empty_price_gives_an_empty_list"),
    ],
)
def test_a_name_that_says_what_happens_is_taken(of: Case, name: str) -> None:
    assert fault_of_name(name, STYLE, PYTHON.about(of), facts(of, SOURCE)) == ""


@pytest.mark.parametrize(
    ("of", "name", "why"),
    [
        (KEPT, "test_discount_of_zero_raises_an_error", "error"),
        (KEPT, "test_invalid_discount", "error"),
        (REFUSED, "test_discount_of_a_negative_percent", "hides"),
        (REFUSED, "test_discount_raises_type_error", "ValueError"),
        (HALVED, "test_discount_keeps_the_price", "come back"),
        (CHANGED, "test_discount_keeps_the_price", "come back"),
        (HALVED, "test_discount_of_50_increases_the_price", "move"),
        (KEPT, "test_discount_of_zero_reduces_the_price", "move"),
        (KEPT, "test_discount_of_zero_doubles_the_price", "move"),
        (HALVED, "test_discount_of_30_percent", "no 30"),
        (HALVED, "test_discount_returns_50", "does not come"),
        (HALVED, "test_discount_returns_true", "True"),
        (KEPT, "test_discount_of_none", "None"),
        (KEPT, "test_discount_of_a_negative_percent", "negative"),
        (KEPT, "test_discount_of_an_empty_price", "empty"),
        (KEPT, "test_discount_never_changes_the_price", "denies"),
        (KEPT, "test_discount_is_not_applied", "denies"),
        (KEPT, "test_discount_for_students", "students"),
        (KEPT, "test_price_of_zero_percent_for_customers", "tested"),
        (KEPT, "discount_of_zero", "no name"),
        (KEPT, "test_Discount_of_zero", "no name"),
        (KEPT, "test_discount__of_zero", "no name"),
        (KEPT, "test_discount", "no name"),
        (KEPT, "test_discount_of_zero(); import os", "no name"),
        (KEPT, "test_discount_" + "price_" * 20 + "x", "no name"),
    ],
)
def test_a_name_that_contradicts_or_invents_is_not(of: Case, name: str, why: str) -> None:
    assert why in fault_of_name(name, STYLE, PYTHON.about(of), facts(of, SOURCE))


@pytest.mark.parametrize(
    ("of", "reason", "good"),
    [
        (KEPT, "A discount of 0 keeps the price.", True),
        (REFUSED, "A negative percent is refused.", True),
        (KEPT, "A discount of 0 raises the ValueError.", False),
        (KEPT, "A discount of 5 keeps the price.", False),
        (KEPT, "Students pay less.", False),
        (KEPT, "Works.", False),
        (KEPT, "", False),
        (KEPT, 'A price."""\nimport os', False),
        (KEPT, "A discount " * 12, False),
    ],
)
def test_a_reason_is_one_short_sentence_that_holds(of: Case, reason: str, good: bool) -> None:
    assert (fault_of_reason(reason, facts(of, SOURCE)) == "") is good


def test_identifiers_are_taken_apart_into_words() -> None:
    assert {"max", "retry", "count", "retries"} <= words_of("maxRetryCount = retries")


def test_numbers_count_what_a_value_holds() -> None:
    of = case(("[7, 'a12']", "{'k': 3.5}"), Seen("value", "2", "int"))
    assert facts(of, SOURCE).numbers == {2.0, 7.0, 3.0, 12.0, 1.0, 3.5}


REJECTED = About(
    "Till.rebate", "rebate(1, -2)", ("1", "-2"), "throws java.lang.IllegalArgumentException: percent is negative", "",
    "IllegalArgumentException", changed=False, said=("percent is negative",),
)  # fmt: skip
HALF = About("rebate", "rebate(80, 50)", ("80", "50"), "40", "40", "", changed=False, said=("price", "percent"))
READ = "rebate price percent of a loyal customer"


def known(about: About) -> Facts:
    return facts_of(about, READ, ast.literal_eval)


@pytest.mark.parametrize(
    ("about", "name", "why"),
    [
        (REJECTED, "rebateOfANegativePercentIsRejected", ""),
        (REJECTED, "rebateOfMinus2ThrowsIllegalArgumentException", ""),
        (REJECTED, "rebateThrowsIllegalStateException", "IllegalArgumentException"),
        (REJECTED, "rebateOfANegativePercent", "hides"),
        (REJECTED, "priceOfANegativePercentThrows", "tested"),
        (HALF, "rebateOf50HalvesThePrice", ""),
        (HALF, "rebateOf50DoublesThePrice", "move"),
        (HALF, "rebateOf50ReducesThePriceTo40", ""),
        (HALF, "rebateOf30ReducesThePrice", "no 30"),
        (HALF, "rebate_of_50_reduces_the_price", "no name"),
    ],
)
def test_a_name_in_camel_case_is_held_word_by_word(about: About, name: str, why: str) -> None:
    fault = fault_of_name(name, java.STYLE, about, known(about))
    assert (fault == "") if not why else why in fault


@pytest.mark.parametrize(
    ("about", "name", "why"),
    [
        (REJECTED, "rejects a negative percent", ""),
        (REJECTED, "gives a price", "hides"),
        (HALF, "reduces the price to 40", ""),
        (HALF, "gives 50 for a price of 80", "does not come"),
        (HALF, "keeps the price", "come back"),
        (HALF, "Reduces the price", "no name"),
        (HALF, "reduces the price; process.exit()", "no name"),
    ],
)
def test_a_name_in_a_sentence_need_not_say_what_its_block_says(about: About, name: str, why: str) -> None:
    fault = fault_of_name(name, javascript.STYLE, about, known(about))
    assert (fault == "") if not why else why in fault
