"""A further program of the sandbox: what the tests that are there reach, and which mutants they notice.

pytest collects them once, with the project's own fixtures; then each is run again and again while the functions of the
module have the code of one mutant after the other. A mutant that changes only what happens at import is not judged.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic  # the code under test may be given another clock
from typing import Any

from domains.codegen.engine.inside.mutators import mutants
from domains.codegen.engine.inside.running import Edges, arm, traced
from domains.codegen.engine.inside.statements import Statements
from domains.codegen.engine.inside.swapping import Swap, functions, swaps

REPORT_FD = 3
_TEST_S = 1.0
"""Processor time that the tests may take on one mutant."""
_STEPS = 10**8


class Present:
    """A plug-in of pytest that takes the place of its loop over tests."""

    def __init__(self, file: str, seconds: float) -> None:
        self._file, self._seconds = file, seconds
        self._passing: list[tuple[Any, set[int]]] = []
        self.edges: Edges = set()
        self.killed: list[int] = []

    def pytest_runtestloop(self, session: Any) -> bool:  # noqa: ANN401 - pytest's own type, absent on the host
        """Run the tests once as they are, then on mutants."""
        for item in session.items:
            edges: Edges = set()
            with traced(self._file, edges, _STEPS):
                passed = _passes(item)
            if passed:
                self._passing.append((item, {line for edge in edges for line in edge if line > 0}))
                self.edges |= edges
        self._judge()
        return True

    def _judge(self) -> None:
        until = monotonic() + self._seconds
        tree = ast.parse(Path(self._file).read_text(encoding="utf-8"))
        living, statements = functions(self._file), Statements(tree)
        for n, mutant in enumerate(mutants(tree)):
            reaching = [item for item, lines in self._passing if statements.runs(mutant.line, lines)]
            if monotonic() > until:
                return
            if not reaching:
                continue
            mutant.apply()
            try:
                code = compile(ast.fix_missing_locations(tree), self._file, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError):
                continue
            finally:
                mutant.revert()
            changed = swaps(living, code)
            if changed and self._notices(reaching, changed):
                self.killed.append(n)

    @staticmethod
    def _notices(items: list[Any], changed: list[Swap]) -> bool:
        with _swapped(changed):
            return not all(_passes(item) for item in items)


@contextmanager
def _swapped(changed: list[Swap]) -> Iterator[None]:
    for swap in changed:
        swap.function.__code__ = swap.after
    signal.setitimer(signal.ITIMER_VIRTUAL, _TEST_S, _TEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        for swap in changed:
            swap.function.__code__ = swap.before


def _passes(item: Any) -> bool:  # noqa: ANN401
    from _pytest.runner import runtestprotocol

    return all(report.passed for report in runtestprotocol(item, log=False, nextitem=None))


def main() -> None:
    """Run what the plan on standard input names."""
    plan: dict[str, Any] = json.loads(sys.stdin.read())
    sys.path[:0] = plan["path"]
    import pytest

    arm()
    present = Present(plan["file"], plan["seconds"])
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:warnings", *plan["arguments"], *plan["tests"]], [present])
    data = json.dumps({"killed": present.killed, "edges": sorted(present.edges)}).encode()
    while data:
        data = data[os.write(REPORT_FD, data) :]
