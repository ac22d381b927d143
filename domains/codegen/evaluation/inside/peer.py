"""Runs Pynguin on one module and reports the test files that it wrote."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path

REPORT_FD = 3


def main() -> None:
    """Run what the plan on standard input says."""
    plan = json.loads(sys.stdin.read())
    report = os.dup(REPORT_FD)
    child = os.fork()
    if child == 0:  # whatever the code under test does to this process, what was written so far is reported
        sys.path.insert(0, plan["sources"])
        run = importlib.import_module("pynguin.cli").main  # it is in the box alone
        os._exit(int(run(["pynguin", *plan["arguments"]]) or 0))
    os.waitpid(child, 0)
    found = {path.name: path.read_text(encoding="utf-8") for path in Path(plan["out"]).glob("test_*.py")}
    data = json.dumps(found).encode()
    while data:
        data = data[os.write(report, data) :]


if __name__ == "__main__":
    main()
