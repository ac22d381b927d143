"""Joins what a model proposed and what the sandbox made of it to a finished search."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from domains.codegen.engine.helping import Doubt
from domains.codegen.engine.types import Survivor
from domains.codegen.helping.language import Case, Claim, Explored, Language, Scenario, Tried
from domains.codegen.helping.prose import met

READ = "(read by a model)"
_MOST = 12


def joined(
    explored: Explored, tried: Sequence[Tried[Case]], language: Language[Any, Case, Any, Explored]
) -> tuple[Explored, set[Hashable]]:
    """Add the fewest scenarios that reach or notice all that can be reached or noticed anew; return their keys, too."""
    left = [one for one in tried if one.usable]
    lines: set[int] = set()
    kills: set[int] = set()
    rows: list[tuple[Case, int]] = []
    while left and len(rows) < _MOST:
        best = max(left, key=lambda one: (_gain(one, lines, kills), -one.size))
        if not _gain(best, lines, kills):
            break
        left.remove(best)
        rows.append((best.case, len({*best.kills} - kills)))
        lines |= {*best.lines}
        kills |= {*best.kills}
    surviving = [Survivor(one.line, one.change) for n, one in enumerate(explored.surviving) if n not in kills]
    return language.joined(explored, rows, surviving), {language.key(case) for case, _ in rows}


def _gain(one: Tried[Any], lines: set[int], kills: set[int]) -> int:
    return 2 * len({*one.kills} - kills) + len({*one.lines} - lines)


@dataclass(slots=True)
class Held(Generic[Case, Doubt]):
    """Cases and suspicions with what was read; `read` are the keys of those whose expectation is of that kind."""

    cases: list[Case]
    suspicions: list[Doubt]
    read: set[Hashable] = field(default_factory=set)
    refused: int = 0


def held(
    claims: Sequence[tuple[Claim[Scenario], Tried[Case]]],
    cases: Sequence[Case],
    suspicions: Sequence[Doubt],
    language: Language[Scenario, Case, Doubt, Any],
) -> Held[Case, Doubt]:
    """Hold what was read against what was run: one test a sentence, and none where a contract already says it.

    A test that agrees is a contract with the sentence beside it; one that does not is a suspicion, said to be read by
    a model. What documentation says in examples and types goes before what a model read.
    """
    found = Held(list(cases), list(suspicions))
    doubted = {language.key_of(suspicion) for suspicion in suspicions}
    quotes: set[str] = set()
    for claim, tried in claims:
        key = language.key(tried.case)
        said = [case for case in found.cases if language.key(case) == key]
        contract = any(case.label == "contract" for case in said)
        note, agrees = f"“{claim.quote}” {READ}", met(claim, language.about(tried.case), language)
        doubt = None if agrees else language.contradicted(tried.case, claim, note)
        unsaid = not agrees and doubt is None
        if not tried.usable or claim.quote in quotes or key in doubted or contract or unsaid:
            found.refused += 1
            continue
        quotes.add(claim.quote)
        found.read.add(key)
        found.cases = [case for case in found.cases if language.key(case) != key]
        if doubt is None:
            found.cases.append(replace(said[0] if said else tried.case, label="contract", note=note))
        else:
            found.suspicions.append(doubt)
    return found
