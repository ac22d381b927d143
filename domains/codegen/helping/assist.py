"""The model's help with one run: asks while the search works, checks what it says, and counts what was of use.

Everything happens within the request's budget: what the search leaves of it is the model's. Prose is read while inputs
are searched, inputs are thought of while mutants are tried, names are given with what is left.
"""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from domains.codegen.engine.exploring import Explored, Progress
from domains.codegen.engine.helping import Wording
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.trying import Tried, attempt
from domains.codegen.engine.types import Contribution, Options, Project, Survivor
from domains.codegen.helping import asked, joining, prose
from domains.codegen.helping.asking import Asker, Source
from domains.codegen.helping.calls import Callables, read
from domains.codegen.helping.naming import Namer
from domains.codegen.helping.prose import Claim, Prose
from sandbox import Sandbox

_MOST_PROSE = 6
"""Symbols whose documentation is read; each costs a question."""
_MOST_STALLED = 3
_TRIAL_SHARE = 0.25
_LATE_S = 0.0


@dataclass(slots=True)
class ModelHelp:
    """Implements Help. One object a run; `close` in the end."""

    asker: Asker
    options: Options
    progress: Progress = lambda _stage, _done, _of: None
    who: str = ""
    _project: Project | None = None
    _tree: ast.Module | None = None
    _reading: list[tuple[Prose, Future[str]]] = field(default_factory=list)
    _thinking: list[Future[str]] = field(default_factory=list)
    _missing: list[int] = field(default_factory=list)
    _inputs: set[Scenario] = field(default_factory=set)
    _claims: list[tuple[Claim, Tried]] = field(default_factory=list)
    _read: dict[Scenario, Claim] = field(default_factory=dict)
    _worded: dict[Scenario, Wording] = field(default_factory=dict)
    _refused: int = 0
    _seconds: float = 0.0

    def begin(self, project: Project, tree: ast.Module) -> None:
        """Ask what the documentation says in prose."""
        self._project, self._tree = project, tree
        self.who = self.asker.name()
        if not self.who:
            return
        wanted = self.options.symbols
        for said in prose.told(tree, project.source):
            if len(self._reading) < _MOST_PROSE and (not wanted or _is_wanted(said.symbol, wanted)):
                self._reading.append((said, self.asker.begin(*asked.of_prose(said))))

    def missed(self, lines: list[int]) -> None:
        """Ask for inputs that reach what the search did not."""
        self._missing = lines
        if self.who and lines:
            self._think([Survivor(line, "") for line in lines])

    def join(self, box: Sandbox, explored: Explored) -> Explored:
        """Try what the model proposed; keep what reaches or notices something new."""
        surviving = [Survivor(s.line, s.change) for s in explored.surviving]
        if self.who and surviving and not self._thinking:
            self._think(surviving)
        known = Callables.of(explored.symbols)
        claims, proposed = self._said(known), self._proposed(known)
        have = {row.scenario for row in [*explored.rows, *explored.observed]}
        fresh = [scenario for scenario in dict.fromkeys(proposed) if scenario not in have]
        self._refused += len(proposed) - len(fresh)
        scenarios = list(dict.fromkeys([*(claim.scenario for claim in claims), *fresh]))
        if not scenarios or self._project is None:
            return explored
        tried = attempt(
            box, self._project, scenarios, self._missing, surviving,
            seconds=self.options.budget_s * _TRIAL_SHARE, cancelled=self.asker.cancelled,
        )  # fmt: skip
        ended = dict(zip(scenarios, tried, strict=False))
        self._claims = [(claim, ended[claim.scenario]) for claim in claims if claim.scenario in ended]
        joined, used = joining.joined(explored, {one: ended[one] for one in fresh if one in ended})
        self._inputs = used
        self._refused += len(fresh) - len(used)
        return joined

    def judge(self, cases: list[Case], suspicions: list[Suspicion]) -> tuple[list[Case], list[Suspicion]]:
        """Label what a sentence of the documentation says, and show what contradicts one."""
        held = joining.held(self._claims, cases, suspicions)
        self._read, self._refused = held.read, self._refused + held.refused
        return held.cases, held.suspicions

    def word(self, cases: list[Case]) -> Mapping[Scenario, Wording]:
        """Ask for names with what is left of the budget."""
        if not self.who or self._tree is None or self._project is None:
            return {}
        namer = Namer(self.asker, self._tree, self.progress)
        began = time.monotonic()
        self._worded = namer.word(cases)
        self._seconds += time.monotonic() - began
        self._refused += namer.refused
        return self._worded

    def credited(self, case: Case) -> tuple[str, ...]:
        """Say what of a case the model gave."""
        worded = self._worded.get(case.scenario, Wording())
        given = {
            "name": bool(worded.name), "reason": bool(worded.reason), "input": case.scenario in self._inputs,
            "expectation": case.scenario in self._read and case.note.endswith(joining.READ),
        }  # fmt: skip
        return tuple(what for what, is_given in given.items() if is_given)

    def contribution(self, kept: list[Case], shown: list[Case]) -> Contribution:
        """Count what is handed out."""
        given = [what for case in kept for what in self.credited(case)]
        bugs = sum("expectation" in self.credited(case) for case in shown)
        return Contribution(
            "asked" if self.who else "away", self.who, self.asker.questions, given.count("name"),
            given.count("reason"), given.count("input"), given.count("expectation"), bugs, self._refused,
            round(self._seconds, 3),
        )  # fmt: skip

    def _think(self, places: Sequence[Survivor]) -> None:
        if self._project is None or self._tree is None:
            return
        for question in asked.of_places(self._tree, self._project.source, places)[:_MOST_STALLED]:
            self._thinking.append(self.asker.begin(*question))

    def _said(self, known: Callables) -> list[Claim]:
        """Wait for what was read in prose; only what the quoted sentence itself bears counts."""
        claims: list[Claim] = []
        for said, question in self._reading:
            for example in _listed(self._waited(question), "examples"):
                fields = example if isinstance(example, dict) else {}
                quote, call, expected = (str(fields.get(key, ""))[:400] for key in ("quote", "call", "expected"))
                claim = prose.claim(said, quote, call, expected, known)
                if claim is None:
                    self._refused += 1
                else:
                    claims.append(claim)
        return claims

    def _proposed(self, known: Callables) -> list[Scenario]:
        proposed: list[Scenario] = []
        for question in self._thinking:
            for text in _listed(self._waited(question), "calls"):
                scenario = read(str(text), known)
                if scenario is None:
                    self._refused += 1
                else:
                    proposed.append(scenario)
        return proposed

    def _waited(self, question: Future[str]) -> dict[str, Any]:
        began = time.monotonic()
        answer = self.asker.answer(question)
        self._seconds += time.monotonic() - began
        return answer


def helper(source: Source, options: Options, progress: Progress, cancelled: threading.Event) -> ModelHelp:
    """Begin to help with a run; its budget begins now."""
    return ModelHelp(Asker(source, time.monotonic() + options.budget_s + _LATE_S, cancelled), options, progress)


def _is_wanted(symbol: str, wanted: Sequence[str]) -> bool:
    return symbol in wanted or symbol.split(".", maxsplit=1)[0] in wanted


def _listed(answer: Mapping[str, Any], key: str) -> list[Any]:
    found = answer.get(key)
    return found[:8] if isinstance(found, list) else []
