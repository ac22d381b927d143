"""Says of each observation where its expectation comes from, and which contradict what the code says of itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from domains.codegen.engine.contracts import EXAMPLE, Check, Contracts, Promise
from domains.codegen.engine.exploring import Explored
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.rendering import Case

_MISHAPS = {"ZeroDivisionError", "IndexError", "KeyError", "UnboundLocalError", "NameError", "RecursionError"}
"""What comes of a case that was not thought of, rather than of an argument of the wrong type."""
_NEVER_MEANT = {"NameError", "UnboundLocalError"}
_NUMBERS = {"int", "float"}
_BUILTIN = {"int", "str", "bool", "float", "list", "dict", "tuple", "set", "bytes", "NoneType", "complex", "frozenset"}
_UNRESOLVED = {"NameError", "ModuleNotFoundError", "stalled"}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A case whose expectation the code does not meet. `observed` is what it did instead."""

    case: Case
    contract: str
    expected: str
    observed: str


def judge(explored: Explored, contracts: Contracts) -> tuple[list[Case], list[Suspicion]]:
    """Return the cases to write, and what is suspected. One suspicion a symbol and reason is shown."""
    by_id = {check.id: check for check in contracts.checks}
    cases: dict[object, Case] = {}
    suspicions: dict[object, Suspicion] = {}
    for checked in explored.checks:
        check = by_id.get(checked.id)
        if check is not None and checked.seen and checked.seen[-1].text not in _UNRESOLVED:
            _documented(check, checked.seen[-1], cases, suspicions, explored)
    for row in explored.observed:
        promise = contracts.promises.get(row.scenario.symbol)
        for found in _broken(row.scenario, tuple(row.seen), promise):
            suspicions.setdefault((row.scenario.symbol, found.contract), found)
    names = {str(one["callee"]): tuple(map(str, one.get("parameters", ()))) for one in explored.symbols}
    done = {_plain(one.scenario, names) for one in [*(s.case for s in suspicions.values()), *cases.values()]}
    for row in explored.rows:
        if _plain(row.scenario, names) not in done:
            done.add(_plain(row.scenario, names))
            promise = contracts.promises.get(row.scenario.symbol)
            told = row.seen[-1].kind == "raises" and promise is not None and row.seen[-1].text in promise.raises
            cases[row.scenario] = Case(row.scenario, tuple(row.seen), "contract" if told else "regression")
    return list(cases.values()), list(suspicions.values())


def _plain(scenario: Scenario, names: Mapping[str, Sequence[str]]) -> Scenario:
    """Return the scenario with every argument by its name and in one spelling, as far as names are known."""
    steps = []
    for step in scenario.steps:
        known = names.get(step.callee, ())
        given = [(key or (known[n] if n < len(known) else ""), text) for n, (key, text) in enumerate(step.arguments)]
        placed = [(key, _normal_source(text)) for key, text in given if not key]
        named = sorted((key, _normal_source(text)) for key, text in given if key)
        steps.append(replace(step, arguments=(*placed, *named)))
    return replace(scenario, steps=tuple(steps))


def _normal_source(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text, mode="eval"))
    except SyntaxError:
        return text


def _documented(
    check: Check, seen: Seen, cases: dict[object, Case], suspicions: dict[object, Suspicion], explored: Explored
) -> None:
    scenario = scenario_of(check.source, {str(symbol["callee"]) for symbol in explored.symbols})
    if scenario is None or seen.kind == "stalled":
        return
    if check.raises is not None:
        expected = Seen("raises", check.raises, awaited=seen.awaited)
        if seen.kind == "raises" and seen.text.split(".")[-1] == check.raises:
            cases.setdefault(scenario, Case(scenario, (seen,), "contract"))
        elif seen.kind != "raises" or _is_another(seen, check):
            suspicions.setdefault(
                (check.symbol, check.because),
                Suspicion(
                    Case(scenario, (expected,), "suspected_bug", check.because),
                    check.because,
                    f"raises {check.raises}",
                    _observed(seen),
                ),
            )
    elif check.value is not None and seen.kind in {"value", "iterator"} | {"raises"}:
        value = _normal(check.value)
        if seen.kind != "raises" and _same(seen.text, value):
            cases.setdefault(scenario, Case(scenario, (seen,), "contract"))
        elif seen.kind != "iterator":
            wanted = Seen("value", value, type(ast.literal_eval(value)).__name__, awaited=seen.awaited)
            suspicions.setdefault(
                (check.symbol, check.source),
                Suspicion(
                    Case(scenario, (wanted,), "suspected_bug", check.because), check.because, value, _observed(seen)
                ),
            )


def _observed(seen: Seen) -> str:
    return f"raises {seen.text}: {seen.message}" if seen.kind == "raises" else seen.text


def _is_another(seen: Seen, check: Check) -> bool:
    """Whether what was raised is not what the documentation says: for an example anything else, for a condition in
    prose what nobody raises on purpose. A subclass of what is said passes the test, which is not shown then.
    """
    return check.because == EXAMPLE or seen.text in _MISHAPS


def scenario_of(source: str, callees: set[str]) -> Scenario | None:
    """Read a documented call as a scenario of one step; None for what is not a call of a target."""
    node = ast.parse(source, mode="eval").body
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in callees:
        return None
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return None
    named = [(keyword.arg or "", ast.unparse(keyword.value)) for keyword in node.keywords]
    callee = ast.unparse(node.func)
    return Scenario(callee, (Step(callee, (*(("", ast.unparse(a)) for a in node.args), *named)),))


def _normal(text: str) -> str:
    return repr(ast.literal_eval(text.strip()))


def _same(text: str, other: str) -> bool:
    try:
        return bool(ast.literal_eval(text) == ast.literal_eval(other))
    except (ValueError, SyntaxError):
        return text == other


def _broken(scenario: Scenario, seen: tuple[Seen, ...], promise: Promise | None) -> Iterator[Suspicion]:
    last = seen[-1]
    if last.kind == "raises" and last.text in _NEVER_MEANT and promise is not None:
        why = f"{last.text} is never meant"
        nothing = Seen("value", "None", "NoneType", awaited=last.awaited)
        case = Case(scenario, (*seen[:-1], nothing), "suspected_bug", why)
        yield Suspicion(case, why, "no internal error", f"raises {last.text}: {last.message}")
    if promise is None or last.kind != "value":
        return
    if promise.typed and promise.returns and last.type in _BUILTIN and last.type not in promise.returns:
        wanted = " or ".join(sorted(promise.returns))
        typed = Seen("typed", wanted, last.type, awaited=last.awaited)
        case = Case(scenario, (*seen[:-1], typed), "suspected_bug", f"annotated to return {wanted}")
        yield Suspicion(case, "its annotation", f"a value of type {wanted}", f"{last.text} ({last.type})")
    if last.type in _NUMBERS and not _within(last.text, promise):
        bounds = f"{'' if promise.low is None else promise.low}..{'' if promise.high is None else promise.high}"
        bounded = Seen("bounded", bounds, last.type, awaited=last.awaited)
        case = Case(scenario, (*seen[:-1], bounded), "suspected_bug", promise.said)
        yield Suspicion(case, promise.said, f"within {bounds}", last.text)


def _within(text: str, promise: Promise) -> bool:
    try:
        value = float(text)
    except ValueError:
        return True
    return (promise.low is None or value >= promise.low) and (promise.high is None or value <= promise.high)
