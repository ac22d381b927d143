"""A scenario is simplified in one thing at a time, and only in what may be left out."""

from __future__ import annotations

import ast
import random
import time

import pytest

from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.kills import Mutation
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.search import Search
from domains.codegen.engine.inside.simplifying import is_plain, simpler
from domains.codegen.engine.inside.targets import Target, targets
from tests.unit.domains.codegen.engine.inside.conftest import Load

SOURCE = """
class Cart:
    def __init__(self, owner, country="DE", *, strict=False):
        self.owner, self.country, self.strict, self.items = owner, country, strict, []

    def add(self, item, count=1, note=None):
        self.items.append((item, count))
        return len(self.items)

    def size(self):
        return sum(count for _, count in self.items)

def flag(a, b=True):
    return a if b else -a

def typed(a: bool, *more):
    return not a
"""


def known(load: Load) -> tuple[Subject, dict[str, Target]]:
    subject = load(SOURCE)
    listed = targets(subject.module, Subject.names(subject.module), frozenset())
    return subject, {target.symbol: target for target in listed}


def scenario(symbol: str, *calls: str) -> Scenario:
    steps = []
    for n, call in enumerate(calls):
        node = ast.parse(call, mode="eval").body
        assert isinstance(node, ast.Call)
        given = [("", ast.unparse(value)) for value in node.args]
        given += [(keyword.arg or "", ast.unparse(keyword.value)) for keyword in node.keywords]
        steps.append(Step(ast.unparse(node.func), tuple(given), binds=n == 0 and len(calls) > 1))
    return Scenario(symbol, tuple(steps))


def shown(load: Load, symbol: str, *calls: str) -> list[str]:
    _, listed = known(load)
    return ["; ".join(step.source() for step in other.steps) for other in simpler(scenario(symbol, *calls), listed)]


def test_calls_on_the_way_come_first_the_last_of_them_before_others(load: Load) -> None:
    calls = ("Cart(1)", "subject.add(2)", "subject.add(3)", "subject.size()")
    assert shown(load, "Cart.size", *calls) == [
        "Cart(1); subject.add(2); subject.size()",
        "Cart(1); subject.add(3); subject.size()",
    ]


def test_what_has_a_default_may_go_if_nothing_stands_behind_it(load: Load) -> None:
    assert shown(load, "Cart.add", "Cart(1, 'FR', strict=True)", "subject.add(2, 3, None)") == [
        "Cart(1, 'FR'); subject.add(2, 3, None)",
        "Cart(1, strict=True); subject.add(2, 3, None)",
        "Cart(1, 'FR', strict=True); subject.add(2, 3)",
    ]


def test_a_truth_becomes_a_number_where_no_truth_is_meant(load: Load) -> None:
    assert shown(load, "Cart.add", "Cart(1)", "subject.add(True)") == ["Cart(1); subject.add(1)"]
    assert shown(load, "flag", "flag(False, False)") == ["flag(False)", "flag(0, False)"]
    assert shown(load, "typed", "typed(True, True)") == []


@pytest.mark.parametrize(
    ("symbol", "calls", "plain"),
    [
        ("Cart.size", ("Cart(1)", "subject.size()"), True),
        ("Cart.size", ("Cart(True)", "subject.size()"), False),
        ("Cart.size", ("Cart(1)", "subject.add(1)", "subject.size()"), False),
        ("flag", ("flag(1)",), True),
        ("flag", ("flag(1, True)",), False),
        ("absent", ("absent(True)",), True),
    ],
)
def test_what_cannot_be_simpler_is_plain(load: Load, symbol: str, calls: tuple[str, ...], plain: bool) -> None:
    assert is_plain(scenario(symbol, *calls), known(load)[1]) is plain


def test_a_chosen_row_keeps_what_it_notices_and_loses_the_rest(load: Load) -> None:
    subject, listed = known(load)
    tree, chance, names = ast.parse(SOURCE), random.Random(3), Subject.names(subject.module)
    pools = Pools(harvest(tree, chance), names, chance)
    search = Search(Runner(subject, names), pools, chance, Guesses(pools, chance))
    calls = ("Cart(True, 'FR', strict=True)", "subject.size()", "subject.add('a', 3, 'x')", "subject.size()")
    search.consider(scenario("Cart.size", *calls))
    mutation = Mutation(subject, tree, search, list(listed.values()))
    fates = [fate for fate in mutation.judge(time.monotonic() + 600, lambda _done, _of: None) if 0 in fate.killers]
    fates = [fate for fate in fates if fate.line in {7, 11}]
    assert fates
    found = mutation.shortened([0], fates, time.monotonic() + 600)
    written = [step.source() for step in found[0].scenario.steps]
    assert written == ["Cart(1)", "subject.add('a')", "subject.size()"]
