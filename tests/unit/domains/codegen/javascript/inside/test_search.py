"""The search: it reaches branches, keeps what differs, and the smallest set notices what all notice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.domains.codegen.javascript.inside.conftest import SEARCH

Module = Callable[..., str]


def parameter(name: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": None if kind is None else {"k": kind},
        "default": None,
        "optional": False,
        "rest": False,
        "uses": [],
        **more,
    }


def target(
    symbol: str, *parameters: dict[str, Any], kind: str = "call", callee: str | None = None, owner: str = ""
) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "kind": kind,
        "callee": callee or symbol,
        "parameters": list(parameters),
        "owner": owner,
        "helper": False,
    }


def constants(**found: list[Any]) -> dict[str, Any]:
    return {"": {"numbers": [], "strings": [], "patterns": [], "keys": [], **found}}


@pytest.fixture
def searched(js: Any, module: Module) -> Callable[..., Any]:
    def run(source: str, targets: list[dict[str, Any]], known: dict[str, Any], result: str) -> Any:
        setup = SEARCH.format(path=module(source), targets=json.dumps(targets), constants=json.dumps(known))
        return js(setup + f"return {result};")

    return run


_RESULTS = "[...new Set(search.rows.map((row) => row.seen.text))]"


@pytest.mark.parametrize(
    ("source", "parameters", "known", "expected"),
    [
        (
            "exports.f = (n) => (n === 4711 ? 'hit' : 'miss');",
            [parameter("n", "number")],
            constants(numbers=[4711]),
            {'"hit"', '"miss"'},
        ),
        (
            "exports.f = (n) => (n > 17 ? 'over' : 'under');",
            [parameter("n", "number")],
            constants(numbers=[17]),
            {'"over"', '"under"'},
        ),
        (
            "exports.f = (s) => (s === 'gold' ? 1 : 2);",
            [parameter("s", "string")],
            constants(strings=["gold"]),
            {"1", "2"},
        ),
        (
            "exports.f = (s) => (/^[A-Z]{2}\\d$/.test(s) ? 1 : 2);",
            [parameter("s", "string")],
            constants(patterns=["^[A-Z]{2}\\d$"]),
            {"1", "2"},
        ),
        (
            "exports.f = (a) => (a.length > 2 && a[0] === a[1] ? 1 : 2);",
            [parameter("a", uses=["numbers"])],
            constants(),
            {"1", "2"},
        ),
        (
            "exports.f = (o) => (o.tier === 'vip' ? 1 : 2);",
            [parameter("o", uses=["object"])],
            constants(strings=["vip"], keys=["tier"]),
            {"1", "2"},
        ),
        ("exports.f = (fn) => (fn(3) === 3 ? 1 : 2);", [parameter("fn")], constants(), {"1", "2"}),
        (
            "exports.f = (a, b = 1) => (b === 1 ? 'one' : 'other');",
            [parameter("a", "number"), parameter("b", "number", optional=True)],
            constants(),
            {'"one"', '"other"'},
        ),
        (
            "exports.f = (...n) => n.length > 1 ? 1 : 2;",
            [parameter("n", "number", rest=True, optional=True)],
            constants(),
            {"1", "2"},
        ),
    ],
)
def test_both_ways_are_found(
    searched: Callable[..., Any], source: str, parameters: list[Any], known: dict[str, Any], expected: set[str]
) -> None:
    assert expected <= set(searched(source, [target("f", *parameters)], known, _RESULTS))


def test_a_class_is_walked_through(searched: Callable[..., Any]) -> None:
    source = """
    exports.Stack = class { constructor() { this.items = []; } push(n) { this.items.push(n); }
      pop() { if (!this.items.length) throw new Error('empty stack'); return this.items.pop(); } };
    """
    targets = [
        target("Stack", kind="class"),
        target("Stack.push", parameter("n", "number"), kind="method", callee="push", owner="Stack"),
        target("Stack.pop", kind="method", callee="pop", owner="Stack"),
    ]
    seen = searched(
        source,
        targets,
        constants(),
        "search.rows.filter((r) => r.scenario.symbol === 'Stack.pop').map((r) => r.seen.kind)",
    )
    assert {"throws", "value"} <= set(seen)


def test_errors_of_the_engine_are_not_kept(searched: Callable[..., Any]) -> None:
    found = searched(
        "exports.f = (o) => o.a.b;", [target("f", parameter("o"))], constants(), "search.rows.map((r) => r.seen.text)"
    )
    assert "TypeError" not in found


def test_a_helper_is_not_searched(searched: Callable[..., Any]) -> None:
    targets = [{**target("f", parameter("n", "number")), "helper": True}]
    assert searched("exports.f = (n) => n;", targets, constants(), "search.rows.length") == 0


def test_the_smallest_set_notices_all_that_is_noticed(js: Any) -> None:
    body = """
    const { smallest } = inside('kills');
    const row = (hit, size) => ({ hit, size });
    const rows = [row(['s1'], 10), row(['s1', 's2'], 10), row(['s1'], 5), row(['s2'], 50)];
    const fates = [[0, 1], [1], [2], []].map((killers) => ({ killers: new Set(killers) }));
    return smallest(rows, fates).chosen;
    """
    assert js(body) == [1, 2]


def test_changes_are_noticed_or_survive(js: Any, module: Module) -> None:
    source = "exports.f = (n) => (n > 10 ? n * 2 : n);"
    setup = SEARCH.format(
        path=module(source),
        targets=json.dumps([target("f", parameter("n", "number"))]),
        constants=json.dumps(constants(numbers=[10, 2])),
    )
    changes = [
        {"line": 1, "start": 22, "end": 23, "text": "<", "change": "> -> <"},
        {"line": 1, "start": 22, "end": 23, "text": ">=", "change": "> -> >="},
        {"line": 1, "start": 33, "end": 34, "text": "2.0", "change": "nothing"},
        {"line": 1, "start": 22, "end": 23, "text": "> >", "change": "broken"},
    ]
    body = (
        setup
        + f"""
    const {{ Mutation, sizeOf }} = inside('kills');
    for (const row of search.rows) row.size = sizeOf(row.scenario, row.seen);
    const mutation = new Mutation({{ loading, search, mutants: {json.dumps(changes)}, own: [] }});
    const fates = await mutation.judge(Date.now() + 8000, () => {{}});
    return fates.map((fate) => [fate.change, fate.killers.size > 0]);
    """
    )
    assert js(body) == [["> -> <", True], ["> -> >=", True], ["nothing", False]]


def test_what_tests_that_are_there_take_and_notice_is_no_reason_for_another(js: Any) -> None:
    body = """
    const { smallest } = inside('kills');
    const row = (hit, size) => ({ hit, size });
    const rows = [row(['s1'], 10), row(['s1', 's2'], 10), row(['s2', 'b1.0'], 50)];
    const fates = [[1], []].map((killers) => ({ killers: new Set(killers) }));
    const none = [[], []].map((killers) => ({ killers: new Set(killers) }));
    const chosen = (ways) => [fates, none].map((one) => smallest(rows, one, ways).chosen);
    return [['s1', 's2'], ['s1', 's2', 'b1.0']].flatMap(chosen);
    """
    assert js(body) == [[1, 2], [2], [1], []]


def test_places_told_by_another_run_are_found_again(js: Any) -> None:
    body = """
    const { Counters, placeOf } = inside('search');
    const at = (line) => ({ start: { line, column: 2 }, end: { line, column: 9 } });
    const maps = { statementMap: { 0: at(1), 1: at(2) }, branchMap: { 0: { loc: at(1) } } };
    const counters = new Counters({ s: { 0: 0, 1: 0 }, b: { 0: [0, 0] }, ...maps });
    return counters.at([placeOf('s', at(2)), `${placeOf('b', at(1))}.1`, placeOf('s', at(7)), 'nonsense']);
    """
    assert js(body) == ["s1", "b0.1"]


def test_a_mutant_that_is_noticed_already_is_not_sought_and_does_not_survive(js: Any, module: Module) -> None:
    setup = SEARCH.format(
        path=module("exports.f = (n) => (n > 10 ? n * 2 : n);"),
        targets=json.dumps([target("f", parameter("n", "number"))]),
        constants=json.dumps(constants(numbers=[10, 2])),
    )
    changes = [
        {"line": 1, "start": 22, "end": 23, "text": "<", "change": "> -> <"},
        {"line": 1, "start": 22, "end": 23, "text": "%%", "change": "no program"},
        {"line": 1, "start": 22, "end": 23, "text": ">=", "change": "> -> >="},
    ]
    body = f"""
    {setup}
    const {{ Mutation }} = inside('kills');
    const mutants = {json.dumps(changes)};
    const mutation = new Mutation({{ loading, search, mutants, own: [], present: new Set([0, 1]) }});
    const fates = await mutation.judge(Date.now() + 1e6, () => undefined);
    return fates.map((fate) => [fate.change, fate.present, fate.killers.size > 0]);
    """
    assert js(body) == [["> -> <", True, False], ["> -> >=", False, True]]


def test_changes_of_tables_are_noticed_by_what_reads_them(js: Any, module: Module) -> None:
    """The table is made when the module is loaded: no call runs its lines."""
    source = (
        "const RATES = {\n  gold: 3,\n};\nconst f = (\n  name,\n  more = 1,\n) => {\n"
        "  return RATES[name] + more;\n};\nmodule.exports = { f };\n"
    )
    setup = SEARCH.format(
        path=module(source),
        targets=json.dumps([target("f", parameter("name", "string"))]),
        constants=json.dumps(constants(strings=["gold"])),
    )
    changes = [
        {"line": line, "start": source.index(old), "end": source.index(old) + len(old), "text": new, "change": new}
        for line, old, new in [(2, "3", "4"), (6, "1", "2"), (6, "more = 1", "more = (1)")]
    ]
    body = f"""
    {setup}
    const {{ Mutation, sizeOf }} = inside('kills');
    for (const row of search.rows) row.size = sizeOf(row.scenario, row.seen);
    const mutation = new Mutation({{ loading, search, mutants: {json.dumps(changes)}, own: [] }});
    const fates = await mutation.judge(Date.now() + 8000, () => {{}});
    return [fates.map((fate) => fate.killers.size > 0), search.counters.missed(new Set())];
    """
    noticed, missed = js(body)
    assert noticed == [True, True, False]
    assert missed == [8]


def test_a_part_of_one_argument_is_tried_as_another(searched: Callable[..., Any]) -> None:
    """No constant of the code helps: what is long enough to matter can only come of the text itself."""
    source = "exports.f = (text, end) => (end.length > 4 && text !== end && text.endsWith(end) ? 1 : 2);"
    targets = [target("f", parameter("text", "string"), parameter("end", "string"))]
    assert set(searched(source, targets, constants(strings=["one longer text", "another text"]), _RESULTS)) == {
        "1",
        "2",
    }


@pytest.mark.parametrize("fewer", [["next"], ["next", "reset"]])
def test_calls_that_nothing_needs_are_taken_out(js: Any, module: Module, fewer: list[str]) -> None:
    """A third `next` gives another number already after one."""
    source = "exports.c = () => { let n = 0; return { next: () => (n += 2), reset: () => 0 }; };"
    step = [{"kind": "method", "callee": name, "args": []} for name in (*fewer, "next", "next")]
    row = {"symbol": "c", "steps": [{"kind": "call", "callee": "c", "args": [], "binds": True}, *step]}
    setup = SEARCH.format(path=module(source), targets="[]", constants=json.dumps(constants()))
    body = f"""
    {setup}
    const {{ Mutation }} = inside('kills');
    const changed = new Runner(loading.load({{ text: {json.dumps(source.replace("+= 2", "+= 3"))} }}), []);
    const mutation = new Mutation({{ loading, search, mutants: [], own: [] }});
    const row = {{ scenario: {json.dumps(row)}, seen: await runner.run({json.dumps(row)}), hit: [] }};
    return (await mutation.shortened(row, changed)).scenario.steps.map((one) => one.callee);
    """
    assert js(body) == ["c", "next"]
