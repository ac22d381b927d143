"""What functions give is called: closures, chains of them, and objects that hold functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.domains.codegen.javascript.inside.conftest import SEARCH

Found = list[dict[str, Any]]
_NOTHING = json.dumps({"": {"numbers": [], "strings": [], "patterns": [], "keys": []}})


def target(symbol: str, *names: str, kind: str = "call", owner: str = "", helper: bool = False) -> dict[str, Any]:
    parameters = [
        {"name": name, "type": None, "default": None, "optional": False, "rest": False, "uses": []} for name in names
    ]
    callee = symbol.rpartition(".")[2]
    return {
        "symbol": symbol, "kind": kind, "callee": callee, "parameters": parameters, "owner": owner, "helper": helper,
    }  # fmt: skip


@pytest.fixture
def found(js: Any, module: Callable[..., str]) -> Callable[..., Found]:
    """Return the rows of a search whose last step calls something that was given."""

    def run(source: str, *targets: dict[str, Any]) -> Found:
        setup = SEARCH.format(path=module(source), targets=json.dumps(targets), constants=_NOTHING)
        rows = js(setup + "return search.rows;")
        return [row for row in rows if any(step.get("binds") for step in row["scenario"]["steps"])]

    return run


def steps(row: dict[str, Any]) -> list[dict[str, Any]]:
    return list(row["scenario"]["steps"])


def kinds(row: dict[str, Any]) -> list[str]:
    return [step["callee"] or step["kind"] for step in steps(row)]


def test_a_function_that_was_given_is_called(found: Callable[..., Found]) -> None:
    rows = found("exports.adder = (n) => (x) => x + n;", target("adder", "n"))
    assert {tuple(kinds(row)) for row in rows} >= {("adder", "apply")}
    assert all(len(steps(row)[-1]["args"]) == 1 for row in rows if row["scenario"]["symbol"] == "adder")
    assert {row["seen"]["kind"] for row in rows} == {"value"}


def test_what_remembers_is_called_twice(found: Callable[..., Found]) -> None:
    source = "exports.once = (fn) => { let v; let done = false; return (...a) => { if (!done) v = fn(...a);"
    rows = found(f"{source} else v = [v]; done = true; return v; }}; }};", target("once", "fn"))
    assert any(kinds(row) == ["once", "apply", "apply"] for row in rows)


def test_calls_in_a_row_go_three_deep(found: Callable[..., Found]) -> None:
    source = "exports.retry = (times) => (fn) => (value) => { if (times > 1) return fn(value); return [fn(value)]; };"
    rows = found(source, target("retry", "times"))
    deep = [row for row in rows if kinds(row) == ["retry", "apply", "apply"] and steps(row)[1].get("binds")]
    assert deep
    assert any("=>" in steps(row)[1]["args"][0] for row in deep)


def test_methods_of_an_object_that_was_given_are_called_in_a_row(found: Callable[..., Found]) -> None:
    source = (
        "exports.counter = (n) => ({ next: () => { n += 1; return n > 6 ? 'over' : n; }, get now() { return n; } });"
    )
    rows = found(source, target("counter", "n"))
    ways = {tuple(kinds(row)) for row in rows}
    assert {("counter", "next"), ("counter", "next", "next")} <= ways
    assert ("counter", "next", "now") in ways
    assert all("now" not in way[:-1] for way in ways)


def test_an_object_of_a_class_that_is_not_offered_is_used_and_that_of_one_offered_is_left(
    found: Callable[..., Found],
) -> None:
    hidden = "class Cart { add(n) { return n; } }\nexports.make = () => new Cart();\n"
    assert {kinds(row)[-1] for row in found(hidden, target("make"))} == {"add"}
    offered = [target("make"), target("Cart", kind="class"), target("Cart.add", "n", kind="method", owner="Cart")]
    assert found(f"{hidden}exports.Cart = Cart;", *offered) == []


def test_a_function_that_only_comes_back_is_not_called(found: Callable[..., Found]) -> None:
    assert found("exports.same = (fn) => fn;", target("same", "fn")) == []


def test_a_method_that_gives_a_function_is_followed_from_its_object(found: Callable[..., Found]) -> None:
    source = "exports.Shop = class { set(n) { this.n = n; } pricer() { return (x) => [this.n, x]; } };"
    targets = [
        target("Shop", kind="class"),
        target("Shop.set", "n", kind="method", owner="Shop"),
        target("Shop.pricer", kind="method", owner="Shop"),
    ]
    ways = {tuple(kinds(row)) for row in found(source, *targets)}
    assert ("Shop", "pricer", "apply") in ways
    assert ("Shop", "set", "pricer", "apply") in ways


@pytest.mark.parametrize(
    "source",
    [
        "exports.f = (n) => new Map([[n, () => 1]]);",
        "exports.f = (n) => class { m() { return n; } };",
        "let made = 0; exports.f = (n) => { if (made++) throw 7; return () => n; };",
    ],
    ids=["a map", "a class", "not given again"],
)
def test_what_cannot_be_called_alike_is_left(found: Callable[..., Found], source: str) -> None:
    assert found(source, target("f", "n")) == []


def test_what_a_promise_comes_to_is_called(found: Callable[..., Found]) -> None:
    rows = found("exports.f = async (n) => async (m) => (o) => n + m + o;", target("f", "n"))
    first = {(steps(row)[0]["binds"], steps(row)[0]["waits"]) for row in rows}
    assert first == {(True, True)}
    assert {tuple(kinds(row)) for row in rows} >= {("f", "apply", "apply")}  # the second function is waited for, too
    assert "value" in {row["seen"]["kind"] for row in rows if len(steps(row)) == 3}


def test_methods_of_what_a_promise_comes_to_are_waited_for_on_the_way(found: Callable[..., Found]) -> None:
    source = (
        "exports.open = async () => { const all = []; return { async put(n) { await null; all.push(n); }, size: () => "
        "all.length }; };"
    )
    rows = found(source, target("open"))
    sizes = {row["seen"]["text"] for row in rows if kinds(row)[-1] == "size"}
    assert {"0", "1"} <= sizes
    puts = [step for row in rows for step in steps(row)[1:-1] if step["callee"] == "put"]
    assert puts
    assert all(step["waits"] for step in puts)


@pytest.mark.parametrize("how", ["", "async "])
def test_functions_in_a_list_are_called(found: Callable[..., Found], how: str) -> None:
    rows = found(f"exports.state = {how}(n) => {{ let s = n; return [() => s, (m) => (s = [m])]; }};",
                 target("state", "n"))  # fmt: skip
    assert {("state", "0"), ("state", "1"), ("state", "1", "0")} <= {tuple(kinds(row)) for row in rows}


def test_an_object_that_a_factory_gives_is_used_like_one_that_was_made(found: Callable[..., Found]) -> None:
    source = (
        "class Hidden { #n = 0; constructor(n) { this.#n = n; } add(m) { this.#n += m; return this.#n; } "
        "get total() { return this.#n; } }\nexports.make = (n) => new Hidden(n);"
    )
    ways = {tuple(kinds(row)) for row in found(source, target("make", "n"))}
    assert {("make", "add"), ("make", "total"), ("make", "add", "total")} <= ways


def test_what_a_helper_gives_is_not_called(found: Callable[..., Found]) -> None:
    source = "exports.g = () => () => 1; exports.f = (n) => n;"
    assert found(source, target("g", helper=True), target("f", "n")) == []


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("(a, b = [1, 2], ...c) => a", [("a", False, False), ("b", True, False), ("c", False, True)]),
        ("x => x", [("x", False, False)]),
        ("async x => x", [("x", False, False)]),
        ("function named({ a, b }, s = '),(') { return a; }", [("", False, False), ("s", True, False)]),
        ("({ of(fn, /* one, two */ key) { return fn; } }).of", [("fn", False, False), ("key", False, False)]),
        ("() => 1", []),
        ("function () { return arguments.length; }", None),
        ("((a, b) => a).bind(null)", [("", False, False), ("", False, False)]),
        ("((...a) => a).bind(null)", None),
    ],
)
def test_what_a_function_takes_is_read_of_its_text(js: Any, written: str, names: list[Any] | None) -> None:
    told = js(f"return inside('calling').parametersOf({written}) ?? null;")
    assert told == (None if names is None else [dict(zip(("name", "optional", "rest"), n, strict=True)) for n in names])


def test_functions_that_are_waited_for_are_given_to_what_waits(js: Any, module: Callable[..., str]) -> None:
    source = "exports.later = async (fn) => [await fn(1)]; exports.now = (fn) => [fn(1)];"
    targets = [target("later", "fn"), target("now", "fn")]
    setup = SEARCH.format(path=module(source), targets=json.dumps(targets), constants=_NOTHING)
    given = js(setup + "return search.rows.map((row) => [row.scenario.symbol, row.scenario.steps[0].args[0]]);")
    later = {text for symbol, text in given if symbol == "later"}
    assert any(text.startswith("async") for text in later)
    assert any("=>" in text and not text.startswith("async") for text in later)
    assert not any(text.startswith("async") for symbol, text in given if symbol == "now")
