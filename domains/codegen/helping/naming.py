"""Asks for names and reasons, a few at once, and takes those that fit their test."""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic

from domains.codegen.engine.exploring import Progress
from domains.codegen.engine.helping import Wording
from domains.codegen.helping import asked, wording
from domains.codegen.helping.asking import Asker
from domains.codegen.helping.language import Case, Language

AT_ONCE = 2
"""Questions under way: the model's server has other askers."""
_ENOUGH_S = 0.3
_MOST_LINES = 40


@dataclass(slots=True)
class Namer(Generic[Case]):
    """Words the tests of one module. `refused` counts what did not fit."""

    asker: Asker
    language: Language[Any, Case, Any, Any]
    progress: Progress
    refused: int = 0

    def word(self, cases: list[Case]) -> dict[Hashable, Wording]:
        """Return names, each once, and reasons, as far as the time suffices; contracts come first."""
        waiting = sorted(self.language.alone(cases), key=lambda case: case.label != "contract")
        of, worded, taken = len(waiting), dict[Hashable, Wording](), set[tuple[str, str]]()
        under_way: list[tuple[Case, Future[str]]] = []
        while (waiting or under_way) and self.asker.left > _ENOUGH_S:
            while waiting and len(under_way) < AT_ONCE:
                case = waiting.pop(0)
                under_way.append((case, self.asker.begin(*self._question(case))))
            case, question = under_way.pop(0)
            found = self._fitting(case, self.asker.answer(question), taken)
            if found.name or found.reason:
                worded[self.language.key(case)] = found
                taken.add((self._among(case), found.name))
            if self.asker.failed:  # it went away: what is there stays, the rest keeps its own names
                break
            self.progress("model", of - len(waiting) - len(under_way), of)
        self.asker.close()
        return worded

    def _question(self, case: Case) -> asked.Question:
        about = self.language.about(case)
        return asked.of_name(self.language.style, self._source(about.symbol), about.call, about.outcome)

    def _source(self, symbol: str) -> str:
        return asked.excerpt(self.language.parts(), self.language.text, symbol, _MOST_LINES)

    def _among(self, case: Case) -> str:
        """Among which names a case's has to be the only one: all, or those of its symbol."""
        return "" if self.language.style.whole else self.language.about(case).symbol

    def _fitting(self, case: Case, answer: dict[str, object], taken: set[tuple[str, str]]) -> Wording:
        about, style = self.language.about(case), self.language.style
        known = wording.facts(about, self._source(about.symbol), self.language.value)
        name, reason = str(answer.get("name", "")), str(answer.get("reason", "")).strip()
        good = (self._among(case), name) not in taken and not wording.fault_of_name(name, style, about, known)
        said = not wording.fault_of_reason(reason, known)
        self.refused += (bool(name) and not good) + (bool(reason) and not said)
        return Wording(name if good else "", reason if said else "")
