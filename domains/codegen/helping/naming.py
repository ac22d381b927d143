"""Asks for names and reasons, a few at once, and takes those that fit their test."""

from __future__ import annotations

import ast
from concurrent.futures import Future
from dataclasses import dataclass

from domains.codegen.engine.exploring import Progress
from domains.codegen.engine.helping import Wording
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.rendering import Case, alone
from domains.codegen.helping import asked, wording
from domains.codegen.helping.asking import Asker

AT_ONCE = 2
"""Questions under way: the model's server has other askers."""
_ENOUGH_S = 0.3


@dataclass(slots=True)
class Namer:
    """Words the tests of one module. `refused` counts what did not fit."""

    asker: Asker
    tree: ast.Module
    progress: Progress
    refused: int = 0

    def word(self, cases: list[Case]) -> dict[Scenario, Wording]:
        """Return names, each once, and reasons, as far as the time suffices; contracts come first."""
        waiting = sorted(alone(cases), key=lambda case: case.label != "contract")
        of, worded, taken = len(waiting), dict[Scenario, Wording](), set[str]()
        under_way: list[tuple[Case, Future[str]]] = []
        while (waiting or under_way) and self.asker.left > _ENOUGH_S:
            while waiting and len(under_way) < AT_ONCE:
                case = waiting.pop(0)
                under_way.append((case, self.asker.begin(*self._question(case))))
            case, question = under_way.pop(0)
            found = self._fitting(case, self.asker.answer(question), taken)
            if found.name or found.reason:
                worded[case.scenario] = found
                taken.add(found.name)
            if self.asker.failed:  # it went away: what is there stays, the rest keeps its own names
                break
            self.progress("model", of - len(waiting) - len(under_way), of)
        self.asker.close()
        return worded

    def _question(self, case: Case) -> asked.Question:
        last = case.seen[-1]
        outcome = f"raises {last.text}: {last.message}" if last.kind == "raises" else last.text
        call = "; ".join(step.source() for step in case.scenario.steps[: len(case.seen)])
        return asked.of_name(self._source(case), call, outcome)

    def _source(self, case: Case) -> str:
        name = case.scenario.symbol.split(".")[0]
        owner = next((node for node in self.tree.body if getattr(node, "name", "") == name), None)
        return "" if owner is None else "\n".join(ast.unparse(owner).splitlines()[:40])

    def _fitting(self, case: Case, answer: dict[str, object], taken: set[str]) -> Wording:
        known = wording.facts(case, self._source(case))
        name, reason = str(answer.get("name", "")), str(answer.get("reason", "")).strip()
        good = name not in taken and not wording.fault_of_name(name, case, known)
        said = not wording.fault_of_reason(reason, known)
        self.refused += (bool(name) and not good) + (bool(reason) and not said)
        return Wording(name if good else "", reason if said else "")
