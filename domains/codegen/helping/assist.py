"""The model's help with one run: asks while the search works, checks what it says, and counts what was of use.

Everything happens within the request's budget: what the search leaves of it is the model's. Prose is read while inputs
are searched, inputs are thought of while mutants are tried, names are given with what is left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from domains.codegen.engine.exploring import Progress
from domains.codegen.engine.helping import Doubt, Tree, Wording
from domains.codegen.engine.types import Contribution, Options, Project, Survivor
from domains.codegen.helping import asked, joining, prose
from domains.codegen.helping.asking import Asker, Source
from domains.codegen.helping.language import Case, Claim, Explored, Language, Prose, Scenario, Tried
from domains.codegen.helping.naming import Namer
from sandbox import Sandbox

_MOST_PROSE = 6
"""Symbols whose documentation is read; each costs a question."""
_MOST_STALLED = 3
_TRIAL_SHARE = 0.25
_LATE_S = 0.0


@dataclass(slots=True)
class ModelHelp(Generic[Tree, Scenario, Case, Doubt, Explored]):
    """Implements Help. One object a run; `close` the asker in the end. `speaking` makes the target's language."""

    asker: Asker
    options: Options
    speaking: Callable[[Project, Tree], Language[Scenario, Case, Doubt, Explored]]
    progress: Progress = lambda _stage, _done, _of: None
    who: str = ""
    _language: Language[Scenario, Case, Doubt, Explored] | None = None
    _reading: list[tuple[Prose, Future[str]]] = field(default_factory=list)
    _thinking: list[Future[str]] = field(default_factory=list)
    _missing: list[int] = field(default_factory=list)
    _inputs: set[Hashable] = field(default_factory=set)
    _claims: list[tuple[Claim[Scenario], Tried[Case]]] = field(default_factory=list)
    _read: set[Hashable] = field(default_factory=set)
    _worded: dict[Hashable, Wording] = field(default_factory=dict)
    _refused: int = 0
    _seconds: float = 0.0

    def begin(self, project: Project, tree: Tree) -> None:
        """Ask what the documentation says in prose."""
        self.who = self.asker.name()
        if not self.who:
            return
        self._language = language = self.speaking(project, tree)
        wanted = self.options.symbols
        for said in language.prose():
            if len(self._reading) < _MOST_PROSE and (not wanted or _is_wanted(said.symbol, wanted)):
                self._reading.append((said, self.asker.begin(*asked.of_prose(language.style, said))))

    def missed(self, lines: list[int]) -> None:
        """Ask for inputs that reach what the search did not."""
        self._missing = lines
        if self._language is not None and lines:
            self._think(self._language, [Survivor(line, "") for line in lines])

    def join(self, box: Sandbox, explored: Explored) -> Explored:
        """Try what the model proposed; keep what reaches or notices something new."""
        language = self._language
        if language is None:
            return explored
        surviving = [Survivor(one.line, one.change) for one in explored.surviving]
        if surviving and not self._thinking:
            self._think(language, surviving)
        have = language.learn(explored)
        claims, proposed = self._said(language), self._proposed(language)
        fresh = [scenario for scenario in dict.fromkeys(proposed) if scenario not in have]
        self._refused += len(proposed) - len(fresh)
        scenarios = list(dict.fromkeys([*(claim.call.scenario for claim in claims), *fresh]))
        if not scenarios:
            return explored
        tried = language.attempt(
            box, scenarios, self._missing, surviving,
            seconds=self.options.budget_s * _TRIAL_SHARE, cancelled=self.asker.cancelled,
        )  # fmt: skip
        ended = {scenario: one for scenario, one in zip(scenarios, tried, strict=False) if one is not None}
        self._claims = [(claim, ended[claim.call.scenario]) for claim in claims if claim.call.scenario in ended]
        self._refused += len(claims) - len(self._claims)
        joined, self._inputs = joining.joined(explored, [ended[one] for one in fresh if one in ended], language)
        self._refused += len(fresh) - len(self._inputs)
        return joined

    def judge(self, cases: list[Case], suspicions: list[Doubt]) -> tuple[list[Case], list[Doubt]]:
        """Label what a sentence of the documentation says, and show what contradicts one."""
        if self._language is None:
            return cases, suspicions
        held = joining.held(self._claims, cases, suspicions, self._language)
        self._read, self._refused = held.read, self._refused + held.refused
        return held.cases, held.suspicions

    def word(self, cases: list[Case]) -> tuple[list[Case], Mapping[Hashable, str]]:
        """Ask for names with what is left of the budget; the cases come back with reasons."""
        language = self._language
        if language is None:
            return cases, {}
        namer = Namer(self.asker, language, self.progress)
        began = time.monotonic()
        self._worded = namer.word(cases)
        self._seconds += time.monotonic() - began
        self._refused += namer.refused
        reasons = [self._worded.get(language.key(case), Wording()).reason for case in cases]
        told = [replace(case, reason=reason) if reason else case for case, reason in zip(cases, reasons, strict=True)]
        return told, {key: wording.name for key, wording in self._worded.items() if wording.name}

    def credited(self, case: Case) -> tuple[str, ...]:
        """Say what of a case the model gave."""
        if self._language is None:
            return ()
        key = self._language.key(case)
        worded = self._worded.get(key, Wording())
        given = {
            "name": bool(worded.name), "reason": bool(worded.reason), "input": key in self._inputs,
            "expectation": key in self._read and case.note.endswith(joining.READ),
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

    def _think(self, language: Language[Any, Any, Any, Any], places: Sequence[Survivor]) -> None:
        questions = asked.of_places(language.style, language.parts(), language.text, places)
        self._thinking += [self.asker.begin(*question) for question in questions[:_MOST_STALLED]]

    def _said(self, language: Language[Scenario, Any, Any, Any]) -> list[Claim[Scenario]]:
        """Wait for what was read in prose; only what the quoted sentence itself bears counts."""
        claims: list[Claim[Scenario]] = []
        for said, question in self._reading:
            for example in _listed(self._waited(question), "examples"):
                fields = example if isinstance(example, dict) else {}
                quote, call, expected = (str(fields.get(key, ""))[:400] for key in ("quote", "call", "expected"))
                claim = prose.claim(said, quote, call, expected, language)
                if claim is None:
                    self._refused += 1
                else:
                    claims.append(claim)
        return claims

    def _proposed(self, language: Language[Scenario, Any, Any, Any]) -> list[Scenario]:
        proposed: list[Scenario] = []
        for question in self._thinking:
            for text in _listed(self._waited(question), "calls"):
                call = language.read(str(text))
                if call is None:
                    self._refused += 1
                else:
                    proposed.append(call.scenario)
        return proposed

    def _waited(self, question: Future[str]) -> dict[str, Any]:
        began = time.monotonic()
        answer = self.asker.answer(question)
        self._seconds += time.monotonic() - began
        return answer


def helper(
    source: Source,
    options: Options,
    progress: Progress,
    cancelled: threading.Event,
    speaking: Callable[[Project, Tree], Language[Scenario, Case, Doubt, Explored]],
) -> ModelHelp[Tree, Scenario, Case, Doubt, Explored]:
    """Begin to help with a run; its budget begins now."""
    asker = Asker(source, time.monotonic() + options.budget_s + _LATE_S, cancelled)
    return ModelHelp(asker, options, speaking, progress)


def _is_wanted(symbol: str, wanted: Sequence[str]) -> bool:
    return symbol in wanted or symbol.split(".", maxsplit=1)[0] in wanted


def _listed(answer: Mapping[str, Any], key: str) -> list[Any]:
    found = answer.get(key)
    return found[:8] if isinstance(found, list) else []
