"""The search reaches what it should: boundaries, patterns, documented examples, objects, types that nobody states."""

from __future__ import annotations

import ast
import random
import time
from pathlib import Path

import pytest

from domains.codegen.engine.inside.explore import written
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.kills import Mutation, smallest
from domains.codegen.engine.inside.learning import learned
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.search import Search
from domains.codegen.engine.inside.targets import Target, targets
from tests.unit.domains.codegen.engine.inside.conftest import Load

BUDGET_S = 1.5


def searched(subject: Subject, budget: float = BUDGET_S) -> tuple[Search, list[Target], ast.Module]:
    tree = ast.parse(Path(subject.path).read_text())
    chance = random.Random(1)
    names = Subject.names(subject.module)
    found = harvest(tree, chance)
    listed = targets(subject.module, names, frozenset())
    runner, pools = Runner(subject, names), Pools(found, names, chance)
    search = Search(runner, pools, chance, learned(subject, tree, runner, pools, listed))
    search.seed([s for text in found.calls if (s := written(text, listed)) is not None])
    search.grow(listed, time.monotonic() + budget)
    return search, listed, tree


def outcomes(search: Search) -> set[str]:
    return {row.seen[-1].text for row in search.rows}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("def f(n: int) -> str:\n    return 'edge' if n == 4711 else 'plain'", "'edge'"),
        (
            "import re\ndef f(s: str) -> str:\n    return 'yes' if re.fullmatch(r'[A-Z]{3}-\\d{4}', s) else 'no'",
            "'yes'",
        ),
        ("def f(s):\n    '''\n    >>> f('AB-17')\n    1\n    '''\n    return 'seen' if s == 'AB-17' else 0", "'seen'"),
        ("def f(items: list[int]) -> str:\n    return 'long' if len(items) > 3 else 'short'", "'long'"),
        ("def f(a: int | None = None) -> str:\n    return 'none' if a is None else 'some'", "'some'"),
        ("def f(x):\n    return 'text' if x.upper() else 'empty'", "'text'"),
        (
            "def f(items):\n    return ['seen', *sorted(items, key=len)][0] if items and items[0].strip() else 0",
            "'seen'",
        ),
        ("def f(g):\n    return 'called' if g(1) else 'not'", "'called'"),
        ("def f(a, *, key=False):\n    return 'keyed' if key else 'plain'", "'keyed'"),
        ("import enum\nclass C(enum.Enum):\n    A = 1\n    B = 2\ndef f(c: C) -> str:\n    return c.name", "'B'"),
        (
            "from typing import Literal\ndef f(m: Literal['fast', 'slow']) -> str:\n    return m.upper()",
            "'SLOW'",
        ),
        ("from decimal import Decimal\ndef f(d: Decimal) -> str:\n    return 'neg' if d < 0 else 'pos'", "'neg'"),
        ("import datetime\ndef f(d: datetime.date) -> str:\n    return 'leap' if d.day == 29 else 'plain'", "'leap'"),
    ],
)
def test_the_search_reaches(load: Load, source: str, wanted: str) -> None:
    search, _, _ = searched(load(source))
    assert wanted in outcomes(search)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("def f(x):\n    return 'deep' if x.name.strip() and x.size > 3 else 'flat'", "'deep'"),
        ("def f(rows):\n    return 'sum' if sum(row['price'] for row in rows) > 3 else 'nothing'", "'sum'"),
        ("def f(pairs):\n    return 'pair' if any(a.upper() and b > 2 for a, b in pairs) else 'none'", "'pair'"),
        ("def f(g, *rest):\n    return 'many' if g(*rest[:1]) and len(rest) > 1 else 'few'", "'many'"),
        ("T = {'fast': 1}\ndef f(mode):\n    return 'known' if mode in T else 'unknown'", "'known'"),
        ("def f(a):\n    def g(b):\n        return 'inner' if a == b else 'other'\n    return g", "'other'"),
        ("import datetime\ndef f(d):\n    return 'leap' if d.isoformat()[5:] == '02-29' else 'plain'", "'leap'"),
    ],
)
def test_what_nobody_states_is_learned_by_running(load: Load, source: str, wanted: str) -> None:
    search, _, _ = searched(load(source), 0.5)
    assert wanted in outcomes(search)


CART = """
class Cart:
    def __init__(self, limit: int = 2) -> None:
        self.limit = limit
        self.items: list[int] = []
    def add(self, item: int) -> str:
        if len(self.items) >= self.limit:
            return "full"
        self.items.append(item)
        return "added"
    @staticmethod
    def name() -> str:
        return "cart"
    @property
    def size(self) -> int:
        return len(self.items)
"""


def test_objects_are_made_and_used_in_sequences(load: Load) -> None:
    search, listed, _ = searched(load(CART))
    assert {"'added'", "'full'", "'cart'", "0"} <= outcomes(search)
    assert {t.symbol for t in listed} == {"Cart", "Cart.add", "Cart.name", "Cart.size"}
    assert any(len(row.scenario.steps) > 2 for row in search.rows)


def test_only_what_is_public_and_defined_here_is_a_target(load: Load) -> None:
    subject = load(
        "from math import sqrt\ndef _hidden():\n    pass\ndef shown():\n    pass\nasync def later():\n    yield"
    )
    found = targets(subject.module, Subject.names(subject.module), frozenset())
    assert [target.symbol for target in found] == ["shown"]


def test_targets_can_be_asked_for_by_name(load: Load) -> None:
    subject = load(CART + "\ndef f() -> int:\n    return 1\n")
    names = Subject.names(subject.module)
    assert [t.symbol for t in targets(subject.module, names, frozenset({"f"}))] == ["f"]
    assert [t.symbol for t in targets(subject.module, names, frozenset({"Cart.add"}))] == ["Cart.add"]
    assert len(targets(subject.module, names, frozenset({"Cart"}))) == 4


def test_what_refuses_is_tried_less(load: Load) -> None:
    search, _, _ = searched(load("def f(x):\n    return x.strip().upper()[:1]"))
    good = [row for row in search.rows if row.seen[-1].kind == "value"]
    assert good


def test_mutants_are_noticed_and_few_tests_suffice(load: Load) -> None:
    source = (
        "def grade(points: int) -> str:\n    if points >= 90:\n        return 'A'\n"
        "    if points >= 80:\n        return 'B'\n    return 'C'"
    )
    subject = load(source)
    search, listed, tree = searched(subject)
    fates = Mutation(subject, tree, search, listed).judge(time.monotonic() + 8, lambda _done, _of: None)
    chosen = smallest(search.rows, fates)
    assert len(fates) > 10
    assert sum(bool(fate.killers & set(chosen)) for fate in fates) / len(fates) >= 0.9
    assert len(chosen) <= 12


def test_a_survivor_is_searched_for(load: Load) -> None:
    source = "def f(n: int) -> int:\n    if n > 1000003:\n        return n - 1000003\n    return 0"
    subject = load(source)
    search, listed, tree = searched(subject)
    fates = Mutation(subject, tree, search, listed).judge(time.monotonic() + 8, lambda _done, _of: None)
    boundary = [fate for fate in fates if "n >= 1000003" in fate.change]
    assert len(boundary) == 1


def test_the_smallest_set_leaves_out_what_adds_nothing(load: Load) -> None:
    search, _, _ = searched(load("def f(n: int) -> int:\n    return n"), 0.3)
    assert len(smallest(search.rows, [])) == 1


def test_nothing_is_tried_twice(load: Load) -> None:
    search, _, _ = searched(load("def f(flag: bool) -> bool:\n    return not flag"), 0.3)
    assert len(search.tried) == 2


@pytest.mark.parametrize("text", ["x = 1", "print", "f(*a)", "unknown(1)", "f(**k)"])
def test_only_plain_calls_of_targets_are_seeds(text: str, load: Load) -> None:
    subject = load("def f(a, k=1):\n    return a")
    listed = targets(subject.module, Subject.names(subject.module), frozenset())
    if text == "x = 1":
        with pytest.raises(SyntaxError):
            written(text, listed)
    else:
        assert written(text, listed) is None
    made = written("f(1, k=2)", listed)
    assert made is not None
    assert made.steps[0].source() == "f(1, k=2)"


def test_constants_examples_and_patterns_are_harvested() -> None:
    source = (
        '"""\n>>> f("doc", 9)\n1\n"""\nimport re\nA = 5\nB = 1.5\nC = "word"\nD = re.compile(r"[ab]{2}")\nE = True\n'
    )
    found = harvest(ast.parse(source), random.Random(1))
    assert {4, 5, 6, 8, 9, 10} <= set(found.ints)
    assert 1.5 in found.floats
    assert "word" in found.texts
    assert "doc" in found.documented
    assert found.matching
    assert found.calls == ["f('doc', 9)"]


ENDS = "def f(text{}, ends{}):\n    return 'cut' if len(ends) > 2 and text.endswith(ends) else 'kept'\n"


def test_a_part_of_one_argument_is_tried_as_another(load: Load) -> None:
    search, _, _ = searched(load(ENDS.format("", "")), 3.0)
    assert "'cut'" in outcomes(search)


def test_what_states_its_type_is_given_no_part_of_another(load: Load) -> None:
    source = "def f(items: list[int], name: str) -> str:\n    return name * len(items)\n"
    search, listed, _ = searched(load(source), 1.0)
    targets_by = {target.symbol: target for target in listed}
    drawn = [search.varied(row, targets_by) for row in search.rows for _ in range(40)]
    given = [scenario.steps[-1].arguments for scenario in drawn if scenario is not None]
    assert given
    assert all(isinstance(ast.literal_eval(items[1]), list) for items, _ in given)
    assert all(isinstance(ast.literal_eval(name[1]), str) for _, name in given)


def test_texts_that_fit_an_expression_of_the_moment_are_tried(load: Load) -> None:
    source = "import zlib\ndef f(text):\n    return 'seen' if zlib.crc32(text.encode()) == 1609083332 else 'plain'\n"
    subject = load(source)
    search, listed, _ = searched(subject, 0.3)
    assert "'seen'" not in outcomes(search)
    search.grow(listed, time.monotonic() + BUDGET_S, lambda: ["Q" * 9 + "17"])
    assert "'seen'" in outcomes(search)


ENDLESS = """
def waits(items):
    while items:
        pass
    return 'empty'


def plain(n):
    return 'seen' if n == 4711 + len(str(n)) else n
"""


def test_a_function_that_does_not_end_leaves_its_time_to_others(load: Load) -> None:
    search, _, _ = searched(load(ENDLESS), 2.5)
    late = [scenario for scenario in search.tried if scenario.symbol == "waits"]
    others = [scenario for scenario in search.tried if scenario.symbol == "plain"]
    assert len(others) > 10 * len(late)


def test_a_value_that_cannot_be_made_is_no_sign_of_an_endless_call(load: Load) -> None:
    search, listed, _ = searched(load(ENDLESS), 0.1)
    for n in range(9):
        search.consider(Scenario("plain", (Step("plain", (("", f"absent_{n}"),)),)), listed[1])
    assert search._stalls["plain"] == 0


OPTIONS = """
def fold(function, items, start=None, each=map, size=128, last=None):
    if last is not None and start is None:
        return 'last alone'
    if size < 100:
        return 'small'
    return list(each(function, items))


def fixed(a, b=1, /, c=2):
    return 'c alone' if c == 17 and b == 1 else a


class Late:
    def __init__(self, connection):
        raise ConnectionError("There is no server.")

    def plain(self, n):
        return 'needs nothing' if n == 7 else n
"""


def test_what_may_be_left_out_is_given_alone_and_by_its_name(load: Load) -> None:
    search, _, _ = searched(load(OPTIONS), 2.5)
    assert {"'last alone'", "'small'"} <= outcomes(search)
    calls = [row.scenario.steps[-1].source() for row in search.rows if row.seen[-1].text == "'last alone'"]
    assert any("last=" in call for call in calls)


WRAPPED = '''
import functools


def loose(function):
    @functools.wraps(function)
    def wrapper(*given):
        return function(given[0])

    return wrapper


@loose
def first(n, other=1):
    """Return the first.

    >>> first(1, 2, 3)
    1
    """
    return n
'''


def test_a_documented_call_of_more_than_a_function_says_it_takes_ends_no_search(load: Load) -> None:
    search, listed, _ = searched(load(WRAPPED), 0.3)
    (row,) = [row for row in search.rows if row.scenario.steps[-1].source() == "first(1, 2, 3)"]
    (target,) = [target for target in listed if target.symbol == "first"]
    assert search._opted(row, target) is None


def test_what_has_no_name_for_callers_is_given_by_its_place(load: Load) -> None:
    search, _, _ = searched(load(OPTIONS), 2.5)
    calls = [scenario.steps[-1].source() for scenario in search.tried if scenario.symbol == "fixed"]
    assert "'c alone'" in outcomes(search)
    assert not any("a=" in call or "b=" in call for call in calls)


def test_a_method_that_needs_nothing_of_its_constructor_is_reached_without_it(load: Load) -> None:
    search, _, _ = searched(load(OPTIONS), 2.5)
    (row, *_) = [row for row in search.rows if row.seen[-1].text == "'needs nothing'"]
    assert row.scenario.steps[0] == Step("Late.__new__", (("", "Late"),), binds=True)
