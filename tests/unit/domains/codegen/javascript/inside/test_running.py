"""Scenarios run on a module, and what is seen of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

SOURCE = """
exports.add = (a, b) => a + b;
exports.same = (a) => a;
exports.sort = (list) => { list.sort(); };
exports.check = (n) => { if (n < 0) throw new RangeError("must not be negative"); return n; };
exports.native = (a) => a.b.c;
exports.loop = () => { for (;;); };
exports.regex = () => /(a+)+$/.test("a".repeat(40) + "b");
exports.wait = async (n) => { if (n) throw new Error("late failure"); return [n]; };
exports.never = () => new Promise(() => {});
exports.many = function* () { yield 1; yield 2; };
exports.endless = function* () { for (;;) yield 1; };
exports.maker = () => () => 1;
exports.plain = () => { throw "a text"; };
exports.adder = (n) => (x) => n + x;
exports.counter = (n) => ({ count: n, next() { this.count += 1; return this.count; }, chain() { return this; } });
exports.misuse = (callback) => callback();
exports.tools = { twice: (n) => n * 2 };
exports.Cart = class Cart {
  constructor() { this.lines = []; this._hidden = 1; }
  add(line) { this.lines.push(line); return this; }
  clear() { this.lines = []; }
  get count() { return this.lines.length; }
  static of(n) { const cart = new Cart(); cart.lines = Array(n).fill(1); return cart; }
};
"""


@pytest.fixture
def seen(js: Any, module: Callable[..., str]) -> Callable[..., Any]:
    path = module(SOURCE)

    def run(*steps: tuple[str, str, list[str]]) -> Any:
        scenario = {
            "symbol": "x",
            "steps": [{"kind": kind, "callee": callee, "args": args} for kind, callee, args in steps],
        }
        return js(
            f"const {{ Runner }} = inside('running');"
            f"const runner = new Runner(require({path}), ['negative', 'callback']);"
            f"return await runner.run({json.dumps(scenario)});"
        )

    return run


Seen = Callable[..., Any]


@pytest.mark.parametrize(
    ("callee", "args", "kind", "text"),
    [
        ("add", ["1", "2"], "value", "3"),
        ("add", ['"a"', "2"], "value", '"a2"'),
        ("same", ["-0"], "value", "-0"),
        ("same", ["undefined"], "value", "undefined"),
        ("same", ["new Map([[1, 2]])"], "value", "new Map([[1, 2]])"),
        ("check", ["-1"], "throws", "RangeError"),
        ("native", ["1"], "throws", "TypeError"),
        ("many", [], "iterator", "[1, 2]"),
        ("endless", [], "object", "Iterator"),
        ("maker", [], "object", "Function"),
        ("loop", [], "stalled", "stalled"),
        ("regex", [], "stalled", "stalled"),
        ("never", [], "stalled", "stalled"),
        ("tools.twice", ["4"], "value", "8"),
        ("Cart.of", ["2"], "object", "Cart"),
    ],
)
def test_a_call_is_seen(seen: Seen, callee: str, args: list[str], kind: str, text: str) -> None:
    found = seen(("call", callee, args))
    assert (found["kind"], found["text"]) == (kind, text)


def test_a_message_of_its_own_is_kept_and_the_engines_is_not(seen: Seen) -> None:
    own, native = seen(("call", "check", ["-1"])), seen(("call", "native", ["1"]))
    assert (own["own"], own["message"]) == (True, "must not be negative")
    assert (native["own"], native["message"]) == (False, "")


def test_what_is_thrown_need_not_be_an_error(seen: Seen) -> None:
    found = seen(("call", "plain", []))
    assert (found["kind"], found["type"], found["message"]) == ("throws", "string", '"a text"')


@pytest.mark.parametrize(("given", "kind", "text"), [("0", "value", "[0]"), ("1", "throws", "Error")])
def test_a_promise_is_waited_for(seen: Seen, given: str, kind: str, text: str) -> None:
    found = seen(("call", "wait", [given]))
    assert (found["waits"], found["kind"], found["text"]) == (True, kind, text)


def test_an_argument_that_changes_is_noted(seen: Seen) -> None:
    found = seen(("call", "sort", ["[3, 1]"]))
    assert (found["text"], found["after"]) == ("undefined", [[0, "[1, 3]"]])


def test_methods_work_on_the_object_that_was_made(seen: Seen) -> None:
    assert seen(("new", "Cart", []), ("method", "add", ["1"]), ("get", "count", []))["text"] == "1"


def test_a_method_that_gives_its_object_back_and_what_it_changed(seen: Seen) -> None:
    found = seen(("new", "Cart", []), ("method", "add", ["1"]))
    assert (found["kind"], found["state"]) == ("self", [["lines", "[1]"], ["count", "1"]])


@pytest.fixture
def chained(js: Any, module: Callable[..., str]) -> Callable[..., Any]:
    """Run steps of which the first binds."""
    path = module(SOURCE)

    def run(first: tuple[str, list[str]], *steps: tuple[str, str, list[str]]) -> Any:
        listed = [{"kind": kind, "callee": callee, "args": args} for kind, callee, args in steps]
        scenario = {
            "symbol": "x",
            "steps": [{"kind": "call", "callee": first[0], "args": first[1], "binds": True}, *listed],
        }
        return js(
            "const { Runner } = inside('running');"
            f"return await new Runner(require({path}), ['callback']).run({json.dumps(scenario)}) ?? null;"
        )

    return run


def test_what_was_given_is_called(chained: Seen) -> None:
    assert chained(("adder", ["2"]), ("apply", "", ["3"]))["text"] == "5"
    assert chained(("counter", ["2"]), ("method", "next", []), ("method", "next", []))["text"] == "4"
    assert chained(("add", ["1", "2"]), ("apply", "", [])) is not None


def test_of_what_was_given_it_is_seen_what_changed_and_what_came_back(chained: Seen) -> None:
    assert chained(("counter", ["2"]), ("method", "next", []))["state"] == [["count", "3"]]
    assert chained(("counter", ["2"]), ("method", "chain", []))["kind"] == "self"


def test_what_a_scenario_gives_is_handed_out(js: Any, module: Callable[..., str]) -> None:
    steps = [
        {"kind": "call", "callee": "adder", "args": ["40"], "binds": True},
        {"kind": "apply", "callee": "", "args": ["2"]},
    ]
    body = f"const runner = new (inside('running').Runner)(require({module(SOURCE)}), []);"
    assert js(f"{body} return await runner.given({{ steps: {json.dumps(steps)} }});") == 42
    assert js(f"{body} return typeof (await runner.given({{ steps: {json.dumps(steps[:1])} }}));") == "function"


@pytest.fixture
def awaited(js: Any, module: Callable[..., str]) -> Seen:
    """Run steps of which the first is waited for and binds."""
    path = module(
        "exports.later = async (n) => { if (n < 0) throw new Error('late'); return { n, async put(m) { await null; "
        "this.n += m; }, get: () => n, loop() { for (;;); } }; };\nexports.never = () => new Promise(() => {});\n"
    )

    def run(first: tuple[str, list[str]], *steps: tuple[str, str, list[str]]) -> Any:
        listed = [{"kind": kind, "callee": callee, "args": args, "waits": True} for kind, callee, args in steps]
        made = {"kind": "call", "callee": first[0], "args": first[1], "binds": True, "waits": True}
        scenario = {"symbol": "x", "steps": [made, *listed]}
        return js(
            "const { Runner } = inside('running');"
            f"return await new Runner(require({path}), []).run({json.dumps(scenario)}) ?? null;"
        )

    return run


def test_what_a_promise_came_to_is_called_and_so_is_what_was_waited_for(awaited: Seen) -> None:
    assert awaited(("later", ["2"]), ("method", "get", []))["text"] == "2"
    after = awaited(("later", ["2"]), ("method", "put", ["3"]), ("get", "n", []))
    assert (after["kind"], after["text"]) == ("value", "5")


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        (("later", ["-1"]), ("method", "get", []), None),
        (("never", []), ("method", "get", []), "stalled"),
        (("later", ["1"]), ("method", "loop", []), "stalled"),
        (("later", ["1"]), ("method", "missing", []), "throws"),
    ],
    ids=["it fails", "it never comes", "what it came to has no end", "what it came to lacks it"],
)
def test_a_promise_that_comes_to_nothing_makes_no_scenario(
    awaited: Seen, first: Any, last: Any, kind: str | None
) -> None:
    found = awaited(first, last)
    assert (found and found["kind"]) == kind


def test_a_word_of_the_module_does_not_make_the_engines_message_its_own(seen: Seen) -> None:
    found = seen(("call", "misuse", ["1"]))
    assert (found["text"], found["own"], found["message"]) == ("TypeError", False, "")


def test_hidden_fields_are_not_looked_at(seen: Seen) -> None:
    assert seen(("new", "Cart", []))["parts"] == [["lines", "[]"], ["count", "0"]]


def test_a_failure_on_the_way_makes_no_scenario(seen: Seen) -> None:
    assert seen(("new", "Cart", []), ("method", "absent", []), ("get", "count", [])) is None


def test_one_that_stalls_does_not_take_the_others_with_it(js: Any, module: Callable[..., str]) -> None:
    scenarios = [
        {"symbol": "x", "steps": [{"kind": "call", "callee": callee, "args": ["1", "2"]}]}
        for callee in ("add", "loop", "add", "loop", "add")
    ]
    found = js(
        f"const {{ Runner }} = inside('running');"
        f"return await new Runner(require({module(SOURCE)}), []).all({json.dumps(scenarios)});"
    )
    assert [one["text"] for one in found] == ["3", "stalled", "3", "stalled", "3"]


def test_a_call_without_end_is_told_and_the_rest_still_run(
    js: Callable[[str], Any], module: Callable[..., str]
) -> None:
    path = module("module.exports = { f(n) { while (n > 2) { n += 1; } return n; } };")
    seen = js(
        "const { Runner } = inside('running');\n"
        f"const runner = new Runner(require({path}), []);\n"
        "const call = (n) => ({ symbol: 'f', steps: [{ kind: 'call', callee: 'f', args: [String(n)] }] });\n"
        "return (await runner.all([1, 3, 2].map(call))).map((one) => one.text);"
    )
    assert seen == ["1", "stalled", "2"]


@pytest.mark.parametrize(
    ("wall", "own", "counted"),
    [(100, 100, 100), (100, 180, 100), (100, 10, 50), (100, 70, 70), (0, 0, 0)],
    ids=["alone", "two threads", "starved", "shared", "start"],
)
def test_a_busy_machine_takes_at_most_half_of_a_budget(
    js: Callable[[str], Any], wall: int, own: int, counted: int
) -> None:
    assert js(f"return inside('clock').counted({wall}, {own});") == counted


def test_the_clock_goes_on_while_it_works_and_while_it_waits(js: Callable[[str], Any]) -> None:
    told = js(
        "const { now } = inside('clock');\n"
        "const first = now(); const until = Date.now() + 30; while (Date.now() < until);\n"
        "const second = now(); await new Promise((done) => setTimeout(done, 60));\n"
        "return [second - first, now() - second];"
    )
    assert told[0] > 5
    assert told[1] >= 0
