"""What is tried for a parameter without a type, and how that changes with what was seen."""

from __future__ import annotations

import ast
import inspect
import random
from collections import Counter

import pytest

from domains.codegen.engine.inside.guessing import Guesses, kind_of
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.hints import Hint
from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.pools import KINDS, Pools
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.inside.targets import Target

EMPTY = inspect.Parameter.empty


def parameter(name: str = "x", hint: object = EMPTY, default: object = EMPTY) -> Parameter:
    return Parameter(name, hint, default is EMPTY, default=default)


def target(*listed: Parameter) -> Target:
    return Target("f", "f", listed, EMPTY)


@pytest.fixture
def guesses() -> Guesses:
    chance = random.Random(1)
    return Guesses(Pools(harvest(ast.parse("A = 4711"), chance), {}, chance), chance)


def kinds_drawn(guesses: Guesses, of: Target, times: int = 300) -> Counter[str]:
    guesses.values(of, of.parameters[0])
    return Counter(kind_of(guesses.values(of, of.parameters[0])[0]) for _ in range(times))


def test_a_stated_type_is_all_that_is_tried(guesses: Guesses) -> None:
    assert set(guesses.values(target(), parameter(hint=bool))) == {"True", "False"}


def test_the_first_time_some_of_every_kind_come(guesses: Guesses) -> None:
    of = target(parameter())
    assert {kind_of(text) for text in guesses.values(of, of.parameters[0])} >= set(KINDS) - {"own", "set"}


def test_what_probes_found_comes_first_and_most(guesses: Guesses) -> None:
    of = target(parameter())
    guesses.shaped["f", "x"] = ["io.StringIO('a')"]
    assert guesses.values(of, of.parameters[0])[0] == "io.StringIO('a')"
    assert kinds_drawn(guesses, of)["own"] > 60


def test_what_the_code_names_comes_before_the_rest(guesses: Guesses) -> None:
    of = target(parameter())
    guesses.hints["f", "x"] = Hint(["str"], {"'fast'": None})
    assert guesses.values(of, of.parameters[0])[0] == "'fast'"


def test_a_default_says_the_kind(guesses: Guesses) -> None:
    of = target(parameter(default=", "))
    assert guesses.values(of, of.parameters[0])[0] == "', '"
    assert kinds_drawn(guesses, of)["str"] > kinds_drawn(guesses, of)["bytes"] * 3


def ended(guesses: Guesses, of: Target, text: str, last: Seen, fresh: int = 0, times: int = 1) -> None:
    for _ in range(times):
        guesses.learn(of, Scenario("f", (Step("f", (("", text),)),)), last, fresh)


def test_a_refused_kind_is_tried_less(guesses: Guesses) -> None:
    of = target(parameter())
    before = kinds_drawn(guesses, of)["int"]
    ended(guesses, of, "1", Seen("raises", "TypeError"), times=40)
    assert kinds_drawn(guesses, of)["int"] < before


def test_a_kind_that_reaches_something_new_is_tried_more(guesses: Guesses) -> None:
    of = target(parameter())
    ended(guesses, of, "{'a': 1}", Seen("value", "1", "int"), fresh=30)
    assert kinds_drawn(guesses, of).most_common(1)[0][0] == "dict"


def test_other_exceptions_are_no_refusal(guesses: Guesses) -> None:
    of = target(parameter())
    ended(guesses, of, "'a'", Seen("raises", "ValueError"), times=60)
    assert kinds_drawn(guesses, of)["str"] > 20


def test_values_given_by_name_and_beyond_the_parameters_are_told_apart(guesses: Guesses) -> None:
    of = target(parameter("x"), parameter("y"))
    step = Step("f", (("", "1"), ("y", "'a'"), ("z", "b''")))
    guesses.learn(of, Scenario("f", (step,)), Seen("value", "1", "int"), 50)
    assert kinds_drawn(guesses, of).most_common(1)[0][0] == "int"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "int"), ("-2", "int"), ("1.5", "float"), ("'a'", "str"), ('"a"', "str"), ("b'a'", "bytes"),
        ("[1]", "list_int"), ("['a']", "list_str"), ("[[1]]", "nested"), ("{}", "dict"), ("(1,)", "tuple"),
        ("None", "none"), ("True", "bool"), ("lambda: 1", "callable"), ("Cart()", "own"),
    ],
)  # fmt: skip
def test_kinds_are_read_off_the_source(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize("hint", [str, str | None, EMPTY])
def test_what_is_called_an_address_is_tried_with_one(guesses: Guesses, hint: object) -> None:
    of = target(parameter("url", hint))
    assert "'https://example.com'" in guesses.values(of, of.parameters[0])


def test_a_type_that_takes_no_text_gets_none_whatever_it_is_called(guesses: Guesses) -> None:
    of = target(parameter("url", int))
    assert all(isinstance(ast.literal_eval(text), int) for text in guesses.values(of, of.parameters[0]))
