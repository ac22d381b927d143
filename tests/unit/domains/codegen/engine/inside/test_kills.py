"""Finer mutants lead to inputs that tell slips apart; they neither count nor crowd out what counts."""

from __future__ import annotations

import ast
import random
import time
from collections.abc import Callable

import pytest

from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.kills import Fate, Mutation, misused, rambling, smallest
from domains.codegen.engine.inside.mutators import mutants
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.inside.search import Row, Search
from domains.codegen.engine.inside.targets import targets

Loaded = Callable[[str], Subject]

SOURCE = '''
def scaled(items: list[int], factor: int) -> list[int]:
    """Multiply what is above the factor."""
    found = []
    for item in items:
        if item > factor:
            found.append(item * factor)
    return found
'''


def judged(load: Loaded, source: str = SOURCE) -> tuple[Search, list[Fate], list[Fate]]:
    """Search with one scenario that says nothing; return it with the fates of counted and of finer mutants."""
    subject = load(source)
    tree = ast.parse(source)
    chance = random.Random(3)
    names = Subject.names(subject.module)
    pools = Pools(harvest(tree, chance), names, chance)
    search = Search(Runner(subject, names), pools, chance, Guesses(pools, chance))
    wanted = targets(subject.module, names, frozenset())
    for items, factor in (("[]", "0"), ("[1]", "1"), ("[3]", "1")):
        search.consider(Scenario("scaled", (Step("scaled", (("", items), ("", factor))),)), wanted[0])
    mutation = Mutation(subject, tree, search, wanted)
    counted = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    return search, counted, mutation.look_finer(time.monotonic() + 600)


def test_a_slip_that_the_counted_mutants_do_not_show_gets_a_row_of_its_own(load: Loaded) -> None:
    search, counted, further = judged(load)
    assert counted
    assert further
    changes = {fate.change for fate in further}
    assert "found.append(item * factor) -> nothing" in changes
    assert "item * factor -> factor * factor" in changes
    assert all(fate.killers for fate in further)
    chosen = smallest(search.rows, counted, frozenset(), further)
    missed = [fate.change for fate in further if not fate.killers & set(chosen)]
    assert missed == []


def test_no_time_is_no_finer_mutant(load: Loaded) -> None:
    subject = load(SOURCE)
    tree, chance = ast.parse(SOURCE), random.Random(1)
    names = Subject.names(subject.module)
    pools = Pools(harvest(tree, chance), names, chance)
    search = Search(Runner(subject, names), pools, chance, Guesses(pools, chance))
    assert Mutation(subject, tree, search, []).look_finer(time.monotonic() - 1) == []


def row(text: str, *edges: tuple[int, int]) -> Row:
    return Row(Scenario("f", (Step("f", (("", text),)),)), (), frozenset(edges))


def fate(*killers: int) -> Fate:
    return Fate(1, "x", set(killers))


def test_what_counts_weighs_more_than_what_is_finer() -> None:
    rows = [row("1"), row("2")]
    assert smallest(rows, [fate(1)], frozenset(), [fate(0)]) == [1, 0]
    assert smallest(rows, [fate(1)], frozenset(), [fate(1)]) == [1]
    assert smallest(rows, [fate(0, 1)], frozenset(), [fate(1)]) == [1]


def test_without_finer_mutants_the_choice_is_as_before() -> None:
    rows = [row("1", (1, 2)), row("'longer'", (1, 2)), row("3", (2, 3))]
    assert smallest(rows, [fate(0, 1), fate(2)]) == [0, 2]
    assert smallest(rows, [fate(0)], frozenset({(1, 2), (2, 3)})) == [0]


def raising(name: str) -> Row:
    return Row(Scenario("f", (Step("f", (("", "0.0"),)),)), (Seen("raises", name),), frozenset({(8, 9)}))


def test_a_value_whose_type_is_refused_by_the_interpreter_is_chosen_last_and_for_mutants_only() -> None:
    rows = [raising("TypeError"), row("1", (1, 2))]
    odd = misused(rows, ast.parse("def f(n):\n    return range(n)"))
    assert odd == {0}
    assert smallest(rows, [fate(0, 1)], misuses=odd) == [1]
    assert smallest(rows, [fate(1)], frozenset(), [fate(0)], odd) == [1]
    assert smallest(rows, [fate(0), fate(1)], misuses=odd) == [1, 0]
    assert smallest(rows, [fate(1)]) == [1, 0]


@pytest.mark.parametrize(
    ("source", "name", "misuse"),
    [
        ("def f(n):\n    raise TypeError('no')", "TypeError", False),
        ("def f(n):\n    raise TypeError", "TypeError", False),
        ("def f(n):\n    raise TypeError", "AttributeError", True),
        ("def f(n):\n    return n.x", "AttributeError", True),
        ("def f(n):\n    return 1 / n", "ZeroDivisionError", False),
        ("def f(n):\n    return [][n]", "IndexError", False),
    ],
)
def test_what_the_module_raises_itself_is_no_misuse(source: str, name: str, misuse: bool) -> None:
    assert misused([raising(name)], ast.parse(source)) == ({0} if misuse else set())


WORDS = """
NAMES = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


class Speller:
    def __init__(self):
        self.zero = "nought"
        self.other = "other"

    def spell(self, n: int) -> str:
        return NAMES[n] if n else self.zero
"""


def mutation_of(load: Loaded, source: str, *calls: Scenario) -> tuple[Search, Mutation]:
    subject, tree, chance = load(source), ast.parse(source), random.Random(3)
    names = Subject.names(subject.module)
    pools = Pools(harvest(tree, chance), names, chance)
    search = Search(Runner(subject, names), pools, chance, Guesses(pools, chance))
    wanted = targets(subject.module, names, frozenset())
    for scenario in calls:
        search.consider(scenario)
    return search, Mutation(subject, tree, search, wanted)


def spelled(n: str) -> Scenario:
    return Scenario("Speller.spell", (Step("Speller", binds=True), Step("subject.spell", (("", n),))))


def test_inputs_are_searched_for_what_a_table_of_the_module_holds(load: Loaded) -> None:
    search, mutation = mutation_of(load, WORDS, spelled("1"))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    texts = [fate for fate in fates if fate.line == 2 and "XX" in fate.change]
    assert len(texts) == 5
    assert all(fate.killers for fate in texts)
    assert {row.seen[-1].text for row in search.rows} >= {"'one'", "'two'", "'three'", "'four'", "'five'"}


TABLE = """
class Speller:
    def __init__(self):
        self.limit = 3
        self.words = [
            "nought",
            "one",
            "two",
        ]

    def spell(self, n: int) -> str:
        return self.words[n]
"""


def test_a_table_of_many_lines_is_judged_by_what_runs_its_statement(load: Loaded) -> None:
    """The interpreter tells the line where the table begins, and none of its items."""
    made = Scenario("Speller", (Step("Speller"),))
    search, mutation = mutation_of(load, TABLE, made, spelled("1"))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    table = [fate for fate in fates if 6 <= fate.line <= 8]
    assert len(table) == 6
    row = next(n for n, row in enumerate(search.rows) if row.scenario == made)
    assert all(fate.parts[row] == {"words"} for fate in table)
    assert all(row in fate.killers for fate in table)


def test_what_is_seen_in_an_attribute_alone_is_told_and_other_differences_are_not(load: Loaded) -> None:
    made = Scenario("Speller", (Step("Speller"),))
    search, mutation = mutation_of(load, TABLE, made, spelled("1"))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    call = next(n for n, row in enumerate(search.rows) if row.scenario == spelled("1"))
    limit = next(fate for fate in fates if fate.line == 4)
    assert limit.parts[0] == {"limit"}
    assert all(not fate.parts.get(call) for fate in fates)


def test_many_rows_that_do_not_notice_end_the_asking_once_one_did(
    load: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [Scenario("Speller", (Step("Speller"),)), *(spelled(f"{n} - {n} + 1") for n in range(40))]
    _, mutation = mutation_of(load, TABLE, *calls)
    asked: list[int] = []
    noticed = Mutation._noticed
    monkeypatch.setattr(
        Mutation, "_noticed", lambda self, runner, n, fate: asked.append(n) or noticed(self, runner, n, fate)
    )
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    first = next(n for n, fate in enumerate(fates) if fate.killers)
    assert fates[first].killers == {0}
    assert len(asked) < 40 * len(fates)


def test_all_are_judged_before_inputs_are_searched_for(load: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    _, mutation = mutation_of(load, WORDS, spelled("1"))
    searched: list[int] = []
    monkeypatch.setattr(mutation, "_look_for", lambda waiting, _until: searched.append(len(waiting)))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert searched == [sum(not fate.killers for fate in fates)]
    assert any(fate.killers for fate in fates)


def test_what_no_test_says_of_an_object_on_the_way_notices_nothing(load: Loaded) -> None:
    """The test of `spell` makes the object and asserts nothing of it: only a scenario that ends there would."""
    _, mutation = mutation_of(load, WORDS, spelled("1"))
    fates = mutation.judge(time.monotonic() - 1, lambda _done, _of: None)
    assert fates == []
    _, mutation = mutation_of(load, WORDS, spelled("1"), spelled("0"))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    (other,) = [fate for fate in fates if fate.line == 8 and fate.change == "'other' -> 'XXotherXX'"]
    (zero,) = [fate for fate in fates if fate.line == 7 and fate.change == "'nought' -> 'XXnoughtXX'"]
    assert (other.killers, bool(zero.killers)) == (set(), True)
    _, mutation = mutation_of(load, WORDS, Scenario("Speller", (Step("Speller"),)))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert all(fate.killers for fate in fates if "XXotherXX" in fate.change)


TILL = """
class Till:
    def __init__(self):
        self.sum = 0
        self.open = False

    def start(self):
        self.open = True
        return "started"

    def pay(self, n: int) -> int:
        if not self.open:
            raise ValueError("closed")
        self.sum += n
        return self.sum

    def name(self):
        return "till"
"""


def till(*calls: tuple[str, str]) -> Scenario:
    steps = [Step(f"subject.{name}", (("", value),) if value else ()) for name, value in calls]
    return Scenario(f"Till.{calls[-1][0]}", (Step("Till", binds=True), *steps))


def test_what_a_scenario_does_not_need_is_left_out(load: Loaded) -> None:
    long = till(("name", ""), ("start", ""), ("name", ""), ("pay", "2"), ("pay", "3"))
    search, mutation = mutation_of(load, TILL, long, till(("name", "")), till(("start", "")))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    before = {fate.change for fate in fates if fate.killers & {0, 1, 2}}
    short = mutation.shortened([0, 1, 2], fates, time.monotonic() + 600)
    assert [step.callee for step in short[0].scenario.steps] == ["Till", "subject.start", "subject.pay"]
    assert {*short} == {0}
    search.rows[0] = short[0]
    again = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert before == {fate.change for fate in again if fate.killers & {0, 1, 2}}


def test_two_scenarios_do_not_both_leave_a_mutant_to_the_other(load: Loaded) -> None:
    one, other = till(("start", ""), ("name", ""), ("pay", "2")), till(("start", ""), ("name", ""), ("pay", "5"))
    search, mutation = mutation_of(load, TILL, one, other)
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    named = [fate for fate in fates if "till" in fate.change]
    assert named
    for n, row in mutation.shortened([0, 1], fates, time.monotonic() + 600).items():
        search.rows[n] = row
    calls = [step.callee for row in search.rows[:2] for step in row.scenario.steps]
    assert calls.count("subject.name") == 1


def test_without_time_nothing_is_left_out(load: Loaded) -> None:
    _, mutation = mutation_of(load, TILL, till(("name", ""), ("start", "")))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert mutation.shortened([0], fates, time.monotonic() - 1) == {}


def test_a_scenario_that_rambles_is_chosen_for_what_no_other_notices(load: Loaded) -> None:
    long = till(("start", ""), ("pay", "2"), ("pay", "3"), ("name", ""))
    search, mutation = mutation_of(load, TILL, long, till(("name", "")), till(("start", "")), till(("pay", "1")))
    assert rambling(search.rows) == {0}
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    eager = smallest(search.rows, fates)
    calm = smallest(search.rows, fates, rambles=rambling(search.rows))
    assert eager[0] == 0
    assert {1, 2, 0} <= {*calm}  # `sum` grows only there
    alone = [fate for fate in fates if fate.killers == {0}]
    assert alone
    assert all(fate.killers & {*calm} for fate in fates if fate.killers)


LISTED = 'WORDS = {{{items}}}\n\n\ndef spell(n: int) -> str:\n    return WORDS[n] if n in WORDS else "many"\n'


def listed(load: Loaded, count: int) -> tuple[Search, Mutation]:
    items = ", ".join(f"{n}: 'word {n:03d}'" for n in range(count))
    calls = [Scenario("spell", (Step("spell", (("", str(n)),)),)) for n in range(count)]
    return mutation_of(load, LISTED.format(items=items), *calls)


def test_a_text_that_is_changed_is_looked_for_in_what_was_given(load: Loaded) -> None:
    """Of a hundred rows that load the table, one gives the text: it is asked first."""
    search, mutation = listed(load, 18)
    for n in range(18, 60):
        search.consider(Scenario("spell", (Step("spell", (("", str(n)),)),)))
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    words = [fate for fate in fates if "XXword" in fate.change]
    assert len(words) == 18
    for fate in words:
        given = {search.rows[n].seen[-1].text for n in fate.killers}
        assert repr(fate.change.split("'")[1]) in given


def test_a_long_table_leaves_its_turn_to_other_statements(load: Loaded) -> None:
    _, mutation = listed(load, 60)
    chosen = list(mutants(mutation._tree))
    turn = mutation._in_turn(chosen)
    assert sorted(turn) == list(range(len(chosen)))
    lines = [chosen[n].line for n in turn]
    assert lines.index(5) < 14
    assert lines[-1] == 1


def test_fates_stand_in_the_order_of_the_source_whatever_the_turn(load: Loaded) -> None:
    _, mutation = listed(load, 12)
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert [fate.change for fate in fates] == [mutant.change for mutant in mutants(mutation._tree)]


def test_some_of_the_time_is_left_for_the_search_for_inputs(load: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    _, mutation = listed(load, 60)
    left: list[float] = []
    until = time.monotonic() + 0.6
    monkeypatch.setattr(mutation, "_look_for", lambda _waiting, end: left.append(end - time.monotonic()))
    mutation.judge(until, lambda _done, _of: None)
    assert left[0] > 0.1


ENDLESS = """
def count(n: int) -> int:
    found = 0
    while n > 0:
        n -= 1
        found += 1
    return found
"""


def test_a_mutant_that_does_not_end_is_told_by_few_rows(load: Loaded) -> None:
    calls = [Scenario("count", (Step("count", (("", str(n)),)),)) for n in range(1, 12)]
    _, mutation = mutation_of(load, ENDLESS, *calls)
    fates = mutation.judge(time.monotonic() + 600, lambda _done, _of: None)
    assert min(len(fate.killers) for fate in fates if fate.line == 5) <= 3
