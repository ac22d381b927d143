"""A test notices what it asserts, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

VALUE = {"kind": "value", "text": "1", "type": "number", "after": []}
NOTHING = {"kind": "value", "text": "undefined", "type": "undefined", "after": [[0, "[1]"]], "state": []}
METHOD = {**VALUE, "state": [["count", "2"]]}
OBJECT = {"kind": "object", "text": "Cart", "type": "object", "parts": [["n", "1"]]}
OWN = {"kind": "throws", "text": "RangeError", "message": "too small", "own": True, "type": "error"}
BARE = {"kind": "throws", "text": "RangeError", "message": "", "own": False, "type": "error"}


@pytest.mark.parametrize(
    ("seen", "other", "noticed"),
    [
        (VALUE, VALUE, False),
        (VALUE, {**VALUE, "text": "2"}, True),
        (VALUE, None, True),
        (VALUE, {"kind": "stalled", "text": "stalled"}, True),
        (VALUE, {**VALUE, "waits": True}, True),
        ({**VALUE, "waits": True}, VALUE, False),
        (VALUE, {**VALUE, "after": [[0, "[2]"]]}, False),
        (NOTHING, {**NOTHING, "text": "3", "type": "number"}, False),
        (NOTHING, {**NOTHING, "after": []}, True),
        (METHOD, {**METHOD, "state": [["count", "2"], ["other", "1"]]}, False),
        (METHOD, {**METHOD, "state": [["count", "3"]]}, True),
        (OBJECT, {**OBJECT, "parts": [["n", "1"], ["m", "2"]]}, False),
        (OBJECT, {**OBJECT, "parts": []}, True),
        (OWN, {**OWN, "text": "Error"}, False),
        (OWN, {**OWN, "message": "too large"}, True),
        ({**OWN, "message": "a" * 200}, {**OWN, "message": "b" * 200}, False),
        (BARE, {**BARE, "text": "TypeError"}, True),
        ({**BARE, "text": "Error"}, BARE, False),
        ({**BARE, "text": "Mine"}, BARE, False),
        (BARE, {**BARE, "waits": True}, True),
        (BARE, VALUE, True),
    ],
)
def test_only_what_is_asserted_is_noticed(js: Any, seen: Any, other: Any, noticed: bool) -> None:
    assert js(f"return inside('noticing').notices({json.dumps(seen)}, {json.dumps(other)});") is noticed


def test_a_step_without_an_assertion_notices_nothing(js: Any, module: Callable[..., str]) -> None:
    """What the first call gives is not looked at: only that it came to its end."""
    source = "exports.made = () => { let n = 0; return { first: () => (n = 1, 5), second: () => n }; };"
    changes = [(" 5)", " 6)"), ("n = 1", "n = 2"), ("(n = 1, 5)", "(() => { throw 1; })()")]
    scenario = {
        "symbol": "made",
        "steps": [
            {"kind": "call", "callee": "made", "args": [], "binds": True},
            {"kind": "method", "callee": "first", "args": []},
            {"kind": "method", "callee": "second", "args": []},
        ],
    }
    paths = [module(source.replace(*change), f"m{n}.js") for n, change in enumerate([("", ""), *changes])]
    told = js(
        "const { Runner } = inside('running'); const { notices } = inside('noticing');"
        f"const scenario = {json.dumps(scenario)};"
        f"const all = []; for (const path of [{', '.join(paths)}])"
        "  all.push(await new Runner(require(path), []).run(scenario));"
        "return all.slice(1).map((other) => notices(all[0], other));"
    )
    assert told == [False, True, True]
