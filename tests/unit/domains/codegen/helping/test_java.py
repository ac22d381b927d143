"""What the model's help reads in Java."""

from __future__ import annotations

import pytest

from domains.codegen.helping.java import Proposed
from domains.codegen.helping.language import Call, Claim, Prose
from domains.codegen.helping.prose import claim
from domains.codegen.java.rendering import Case
from domains.codegen.java.running import Row, Seen
from tests.unit.domains.codegen.helping.conftest import java_of

SOURCE = """package shop;

import java.util.*;

public class Till {
    private final int limit;

    public Till(int limit) {
        this.limit = limit;
    }

    /**
     * Price after a rebate. A rebate of 0 keeps the price unchanged. Quick and simple.
     *
     * @param percent the 77 percent
     * @return {@code -1} for an empty list
     * @throws IllegalArgumentException if percent is -1
     */
    public static double rebate(double price, int percent) {
        // a price of 80 less 50 percent is 40
        return price - price * percent / 100;
    }

    /** Adding 0 gives "same". */
    public String add(int count) {
        return count == 0 ? "same" : "more";
    }

    /** Says 5 of all. */
    public int[] all(List<String> names) {
        return new int[] {5};
    }

    public int all(int one) {
        return one;
    }
}
"""
TILL = java_of(SOURCE)


def said() -> dict[str, Prose]:
    return {one.symbol: one for one in TILL.prose()}


def test_sentences_that_can_be_held_are_found_in_comments() -> None:
    text = said()["Till.rebate"].text
    assert "A rebate of 0 keeps the price unchanged." in text
    assert "@return -1 for an empty list" in text
    assert "a price of 80 less 50 percent is 40" in text
    assert not any(word in text for word in ("77", "Quick", "{@code"))
    assert {*said()} == {"Till.rebate", "Till.add", "Till.all"}


def test_the_model_is_shown_how_to_call_and_never_the_code() -> None:
    assert said()["Till.rebate"].signature == "double Till.rebate(double price, int percent)"
    assert said()["Till.add"].signature == "String add(int count)   // called as new Till(int limit).add(...)"
    assert "return" not in said()["Till.add"].text


def test_the_class_stands_at_the_top() -> None:
    (part,) = TILL.parts()
    assert (part.name, part.first, part.last) == ("Till", 5, len(SOURCE.rstrip().split("\n")))


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Till.rebate(7.5, 0)", Proposed("Till.rebate", None, ("7.5", "0"))),
        ("new Till(2).add(-3);", Proposed("Till.add", ("2",), ("-3",))),
        ("new Till(2)", Proposed("Till", None, ("2",))),
        ('new Till(2).all(List.of("a"))', Proposed("Till.all", ("2",), ('Arrays.asList("a")',))),
        ("new Till(2).all(null)", Proposed("Till.all", ("2",), ("null",))),
    ],
)
def test_calls_are_read_and_written_anew(text: str, proposed: Proposed) -> None:
    assert TILL.read(text) == Call(proposed.symbol, (*(proposed.maker or ()), *proposed.given), proposed)


@pytest.mark.parametrize(
    "text",
    ["rebate(1, 2)", "System.exit(1)", "Till.rebate(System.nanoTime(), 1)", "Till.add(1)", "new Till(2).rebate(1, 2)",
     "new Other(1).add(1)", "new Till(1).add(1).length()", "Till.rebate(1, 2); int y = 3", "Till.drop(1)",
     "", "new String()", "Till.rebate(1, 2) + 1", "new Till(1) {}.add(Runtime.getRuntime())",
     "Till.rebate(" + "1" * 400 + ", 2)"],
)  # fmt: skip
def test_what_would_run_anything_else_is_not_read(text: str) -> None:
    assert TILL.read(text) is None


def row(seen: Seen, symbol: str = "Till.rebate", *args: str) -> Case:
    name = symbol.rpartition(".")[2]
    fields = {"owner": "shop.Till", "static": True, "constructs": False, "maker": None, "before": (), "parameters": ()}
    return Case(Row(symbol=symbol, name=name, args=args, seen=seen, **fields), "regression")


def reading(sentence: str, call: str, expected: str) -> Claim[Proposed] | None:
    symbol = call.split("(", maxsplit=1)[0].replace("new Till", "Till.add")
    return claim(Prose(symbol, "", (sentence,)), sentence, call, expected, TILL)


def test_a_contradiction_is_stated_in_the_type_of_the_method() -> None:
    made = reading("A price of 200 less 10 percent is 180", "Till.rebate(200, 10)", "180")
    assert made is not None
    doubt = TILL.contradicted(row(Seen(kind="value", text="20.0"), "Till.rebate", "200.0", "10"), made, "note")
    assert doubt is not None
    assert (doubt.row.seen.text, doubt.observed, doubt.label) == ("180.0", "20.0", "suspected_bug")


def test_an_expectation_that_no_test_could_state_is_none() -> None:
    made = reading("A price of 200 less 10 percent is 'dear'", "Till.rebate(200, 10)", '"dear"')
    assert made is not None
    assert TILL.contradicted(row(Seen(kind="value", text="180.0"), "Till.rebate", "200.0", "10"), made, "") is None
    thrown = reading("A price of 0 throws NoSuchThingException", "Till.rebate(0, 10)", "throws NoSuchThingException")
    assert thrown is not None
    assert TILL.contradicted(row(Seen(kind="value", text="0.0"), "Till.rebate", "0.0", "10"), thrown, "") is None


def test_a_case_is_told_in_plain_terms() -> None:
    about = TILL.about(
        row(Seen(kind="throws", text="java.util.NoSuchElementException", message="none"), "Till.add", "1")
    )
    assert (about.raises, about.result, about.given) == ("NoSuchElementException", "", ("1",))
    assert about.outcome == "throws java.util.NoSuchElementException: none"
    assert TILL.about(row(Seen(kind="shown", text='"x"'))).result == ""
