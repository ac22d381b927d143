"""Says of each observation where its expectation comes from, and which contradict what the code says of itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from domains.codegen.engine.types import Label
from domains.codegen.javascript.exploring import Check, Explored, Scenario, Seen
from domains.codegen.javascript.parsing import expression, spelled
from domains.codegen.javascript.structure import Structure, Target
from domains.codegen.javascript.terms import accepts


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario that becomes a test, and where its expectation comes from; `reason` is what it is there for."""

    scenario: Scenario
    seen: Seen
    label: Label
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A case whose expectation the code does not meet. `observed` is what it did instead."""

    case: Case
    contract: str
    expected: str
    observed: str


def judge(explored: Explored, structure: Structure, checks: tuple[Check, ...]) -> tuple[list[Case], list[Suspicion]]:
    """Return the cases to write, and what is suspected. One suspicion a symbol and reason is shown."""
    by_id = {check.id: check for check in checks}
    targets = {target.symbol: target for target in structure.targets}
    cases: dict[Scenario, Case] = {}
    suspicions: dict[object, Suspicion] = {}
    for checked in explored.checks:
        check = by_id.get(checked.id)
        if check is not None and checked.seen is not None:
            _documented(check, checked.seen, checked.expected, cases, suspicions)
    for row in explored.observed:
        for found in _broken(row.scenario, row.seen, targets.get(row.scenario.symbol)):
            suspicions.setdefault((row.scenario.symbol, found.contract), found)
    done = {_plain(one.scenario) for one in [*(s.case for s in suspicions.values()), *cases.values()]}
    for row in explored.rows:
        if _plain(row.scenario) not in done:
            done.add(_plain(row.scenario))
            target = targets.get(row.scenario.symbol)
            told = (
                row.seen.kind == "throws"
                and not row.scenario.made
                and target is not None
                and row.seen.text in {kind for kind, _ in target.doc.throws}
            )
            cases[row.scenario] = Case(row.scenario, row.seen, "contract" if told else "regression")
    return list(cases.values()), list(suspicions.values())


def _plain(scenario: Scenario) -> Scenario:
    """Return the scenario with its arguments in one spelling: what is documented is written as its author writes."""
    steps = (
        step.model_copy(update={"args": tuple(map(_spelled, step.args)), "waits": False}) for step in scenario.steps
    )
    return scenario.model_copy(update={"steps": tuple(steps)})


def _spelled(argument: str) -> str:
    node = expression(argument)
    return argument if node is None else spelled(node)


def _documented(
    check: Check, seen: Seen, expected: str | None, cases: dict[Scenario, Case], suspicions: dict[object, Suspicion]
) -> None:
    if seen.kind == "stalled" or seen.text == "ReferenceError":
        return
    scenario, symbol = check.scenario, check.scenario.symbol
    if check.raises is not None:
        if seen.kind == "throws" and seen.text == check.raises:
            cases.setdefault(scenario, Case(scenario, seen, "contract"))
        elif seen.kind != "throws":
            case = Case(scenario, Seen(kind="throws", text=check.raises), "suspected_bug", check.because)
            suspicions.setdefault(
                (symbol, check.because), Suspicion(case, check.because, f"throws {check.raises}", seen.text)
            )
    elif expected is not None and same(seen.text, expected) and seen.kind in {"value", "iterator"}:
        cases.setdefault(scenario, Case(scenario, seen, "contract"))
    elif expected is not None and seen.kind in {"value", "throws"}:
        case = Case(scenario, wanted(expected, seen), "suspected_bug", check.because)
        suspicions.setdefault((symbol, str(scenario)), Suspicion(case, check.because, expected, observed(seen)))


def wanted(value: str, seen: Seen) -> Seen:
    """Return what should have been seen instead: the value, waited for as it was."""
    return Seen(kind="value", text=value, type=_type(value), waits=seen.waits)


def same(text: str, other: str) -> bool:
    """Whether two values are the same as their source; numbers nearly."""
    if text == other:
        return True
    try:
        return math.isclose(float(text), float(other), rel_tol=1e-6, abs_tol=1e-9)
    except ValueError:
        return False


def observed(seen: Seen) -> str:
    """Say what was seen."""
    return f"throws {seen.text}: {seen.message}".rstrip(": ") if seen.kind == "throws" else seen.text


def _type(text: str) -> str:
    if text[:1] in "'\"":
        return "string"
    if text in {"null", "undefined", "true", "false"}:
        return "boolean" if text in {"true", "false"} else text
    return "array" if text.startswith("[") else "object" if text[:1] in "{n" else "number"


def _broken(scenario: Scenario, seen: Seen, target: Target | None) -> Iterator[Suspicion]:
    if seen.kind == "throws" and seen.text == "ReferenceError" and not seen.own:
        why = "a name that is not defined is never meant"
        case = Case(scenario, Seen(kind="quiet", text="no ReferenceError", waits=seen.waits), "suspected_bug", why)
        yield Suspicion(case, why, "no ReferenceError", "throws ReferenceError")
    if target is None or target.kind == "class" or seen.kind != "value" or seen.waits or scenario.made:
        return
    wanted = accepts(target.returns) if target.returns is not None else None
    kind = "null" if seen.text == "null" else seen.type
    if wanted is not None and wanted != {"undefined"} and kind not in wanted:
        listed = " or ".join(sorted(wanted))
        case = Case(scenario, Seen(kind="typed", text=listed), "suspected_bug", f"declared to return {listed}")
        yield Suspicion(case, "its declared type", f"a value of type {listed}", f"{seen.text} ({kind})")
    kept = target.doc.bounds
    if kind == "number" and kept.said and not kept.hold(_number(seen.text, kept.low)):
        span = f"{'' if kept.low is None else kept.low:}..{'' if kept.high is None else kept.high}"
        case = Case(scenario, Seen(kind="bounded", text=span), "suspected_bug", kept.said)
        yield Suspicion(case, kept.said, f"within {span}", seen.text)


def _number(text: str, low: float | None) -> float:
    try:
        number = float(text.replace("Infinity", "inf"))
    except ValueError:
        return low or 0.0
    return (low or 0.0) if math.isnan(number) else number
