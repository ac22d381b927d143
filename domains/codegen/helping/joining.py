"""Joins what a model proposed and what the sandbox made of it to a finished search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domains.codegen.engine.exploring import Explored, Row
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.trying import Tried
from domains.codegen.helping.prose import Claim

READ = "(read by a model)"
_MOST = 12


def joined(explored: Explored, tried: Mapping[Scenario, Tried]) -> tuple[Explored, set[Scenario]]:
    """Add the fewest scenarios that reach or notice all that can be reached or noticed anew; return them, too."""
    left = {scenario: one for scenario, one in tried.items() if one.usable}
    lines: set[int] = set()
    kills: set[int] = set()
    rows: list[Row] = []
    while left and len(rows) < _MOST:
        best = max(left, key=lambda s: (_gain(left[s], lines, kills), -s.size()))
        one = left.pop(best)
        if not _gain(one, lines, kills):
            break
        rows.append(Row(scenario=best, seen=list(one.seen), kills=len({*one.kills} - kills)))
        lines |= {*one.lines}
        kills |= {*one.kills}
    surviving = [survivor for n, survivor in enumerate(explored.surviving) if n not in kills]
    more = explored.model_copy(
        update={
            "rows": [*explored.rows, *rows], "observed": [*explored.observed, *rows],
            "killed": explored.killed + len(kills), "surviving": surviving,
        }
    )  # fmt: skip
    return more, {row.scenario for row in rows}


def _gain(one: Tried, lines: set[int], kills: set[int]) -> int:
    return 2 * len({*one.kills} - kills) + len({*one.lines} - lines)


@dataclass(slots=True)
class Held:
    """Cases and suspicions with what was read; `read` are the scenarios whose expectation is of that kind."""

    cases: list[Case]
    suspicions: list[Suspicion]
    read: dict[Scenario, Claim] = field(default_factory=dict)
    refused: int = 0


def held(claims: Sequence[tuple[Claim, Tried]], cases: Sequence[Case], suspicions: Sequence[Suspicion]) -> Held:
    """Hold what was read against what was run: one test a sentence, and none where a contract already says it.

    A test that agrees is a contract with the sentence beside it; one that does not is a suspicion, said to be read by
    a model. What documentation says in examples and types goes before what a model read.
    """
    found = Held(list(cases), list(suspicions))
    doubted = {suspicion.case.scenario for suspicion in suspicions}
    quotes: set[str] = set()
    for claim, tried in claims:
        said = [case for case in found.cases if case.scenario == claim.scenario]
        if not tried.usable or claim.quote in quotes or claim.scenario in doubted or _is_contract(said):
            found.refused += 1
            continue
        quotes.add(claim.quote)
        found.read[claim.scenario] = claim
        note = f"“{claim.quote}” {READ}"
        found.cases = [case for case in found.cases if case.scenario != claim.scenario]
        if claim.met(tried.seen[-1]):
            old = said[0] if said else Case(claim.scenario, tried.seen, "contract")
            found.cases.append(replace(old, label="contract", note=note))
        else:
            found.suspicions.append(_suspicion(claim, tried, note))
    return found


def _suspicion(claim: Claim, tried: Tried, note: str) -> Suspicion:
    last = tried.seen[-1]
    observed = f"raises {last.text}: {last.message}" if last.kind == "raises" else last.text
    expected = f"raises {claim.raises}" if claim.raises else claim.value
    case = Case(claim.scenario, (*tried.seen[:-1], claim.expected), "suspected_bug", note)
    return Suspicion(case, note, expected, observed)


def _is_contract(said: Sequence[Case]) -> bool:
    return any(case.label == "contract" for case in said)
