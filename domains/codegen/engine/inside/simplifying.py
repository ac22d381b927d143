"""Simpler scenarios than one: a call less, an argument less, a number where a truth stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Step
from domains.codegen.engine.inside.targets import Target

_NUMBERS = {"True": "1", "False": "0"}


def simpler(scenario: Scenario, targets: Mapping[str, Target]) -> Iterator[Scenario]:
    """Yield scenarios that are simpler in one thing, calls first, from the last to the first.

    `targets` say, by their symbols, which arguments may be left out and which are no truths.
    """
    steps = scenario.steps
    for at in reversed(range(len(steps) - 1)):
        if not steps[at].binds:
            yield Scenario(scenario.symbol, (*steps[:at], *steps[at + 1 :]))
    for at, step in enumerate(steps):
        target = _target(step, scenario, targets)
        for other in _plainer(step, target) if target is not None else ():
            yield Scenario(scenario.symbol, (*steps[:at], other, *steps[at + 1 :]))


def is_plain(scenario: Scenario, targets: Mapping[str, Target]) -> bool:
    """Whether there is nothing to leave out."""
    return next(simpler(scenario, targets), None) is None


def _target(step: Step, scenario: Scenario, targets: Mapping[str, Target]) -> Target | None:
    owner = scenario.symbol.rpartition(".")[0]
    return targets.get(step.callee.replace(f"{SUBJECT}.", f"{owner}.", 1))


def _plainer(step: Step, target: Target) -> Iterator[Step]:
    given = step.arguments
    for n in reversed(range(len(given))):
        parameter = _parameter(target, n, given[n][0])
        last = all(name for name, _ in given[n + 1 :])  # others that stand by their places would be moved
        if parameter is not None and not parameter.needed and last:
            yield replace(step, arguments=(*given[:n], *given[n + 1 :]))
    for n, (name, text) in enumerate(given):
        parameter = _parameter(target, n, name)
        if text in _NUMBERS and parameter is not None and not _is_truth(parameter):
            yield replace(step, arguments=(*given[:n], (name, _NUMBERS[text]), *given[n + 1 :]))


def _parameter(target: Target, n: int, name: str) -> Parameter | None:
    if name:
        return next((parameter for parameter in target.parameters if parameter.name == name), None)
    found = target.parameters[n] if n < len(target.parameters) else None
    return None if found is None or found.variadic else found


def _is_truth(parameter: Parameter) -> bool:
    return parameter.typed or isinstance(parameter.default, bool)
