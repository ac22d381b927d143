"""The other program of the sandbox: runs the written tests with pytest, five times in random order, under coverage.

Reads a plan, writes one line of JSON: what passed each time, and the coverage of the module by coverage.py.
"""

from __future__ import annotations

import json
import os
import random
import sys
from typing import Any

REPORT_FD = 3


class Order:
    """A plug-in of pytest: shuffles the tests, notes how each ended."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.ended: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Put the tests into an order of this run's own."""
        self._chance.shuffle(items)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401 - pytest's own type, absent on the host
        """Note the worst of set-up, call and tear-down."""
        name = report.nodeid.split("::", 1)[-1]
        if report.outcome != "passed" or name not in self.ended:
            self.ended[name] = report.outcome
        if report.outcome == "failed":
            self.why[name] = str(report.longrepr)[-1500:]

    def pytest_collectreport(self, report: Any) -> None:  # noqa: ANN401
        """Note a file that cannot be imported."""
        if report.outcome == "failed":
            self.why["<collection>"] = str(report.longrepr)[-1500:]


def main() -> None:
    """Run what the plan on standard input names."""
    plan: dict[str, Any] = json.loads(sys.stdin.read())
    sys.path[:0] = plan["path"]
    import coverage
    import pytest

    measured = coverage.Coverage(branch=True, data_file=None, include=[plan["file"]], config_file=False)
    runs: list[Order] = []
    for seed in range(plan["runs"]):
        order = Order(seed)
        if seed == 0:
            measured.start()
        try:
            pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:warnings", *plan["arguments"], *plan["tests"]],
                        plugins=[order])  # fmt: skip
        except BaseException as error:  # noqa: BLE001 - a hook of the project may fail in any way when all has been run
            order.why["<session>"] = f"{type(error).__name__}: {error}"
        if seed == 0:
            measured.stop()
        runs.append(order)
        for name in [name for name in sys.modules if _is_fresh(name, plan["module"])]:
            del sys.modules[name]
    names = sorted({name for run in runs for name in run.ended})
    ended = {name: [run.ended.get(name, "missing") for run in runs] for name in names}
    why = {name: text for run in reversed(runs) for name, text in run.why.items()}
    data = json.dumps({"ended": ended, "why": why, "coverage": _coverage(measured, plan["file"])}).encode()
    while data:
        data = data[os.write(REPORT_FD, data) :]


def _is_fresh(name: str, module: str) -> bool:
    """Whether the next run loads a module anew: the tests, and the whole package, parts of which know each other."""
    last = name.rpartition(".")[2]
    own = name.split(".", maxsplit=1)[0] == module.split(".", maxsplit=1)[0]
    return own or last.startswith("test_") or last.endswith("_test") or last == "conftest"


def _coverage(measured: Any, file: str) -> dict[str, Any]:  # noqa: ANN401 - coverage.py has no types of its own
    analysis = measured._analyze(file)  # noqa: SLF001 - the figures of its own reports
    numbers = analysis.numbers
    return {
        "statements": numbers.n_statements, "missing": numbers.n_missing,
        "branches": numbers.n_branches, "missing_branches": numbers.n_missing_branches,
        "missing_lines": sorted(analysis.missing),
    }  # fmt: skip


if __name__ == "__main__":
    main()
