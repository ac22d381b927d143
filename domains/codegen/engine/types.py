"""What is asked of the generator and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Label = Literal["contract", "regression", "suspected_bug"]
Status = Literal["passed", "failed"]


@dataclass(frozen=True, slots=True)
class Project:
    """Files by relative path, and the one that tests are wanted for."""

    files: Mapping[str, bytes]
    target: str

    @property
    def module(self) -> str:
        """The target's dotted name."""
        parts = PurePosixPath(self.target).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def source(self) -> str:
        """The target's text. Raises UnicodeDecodeError."""
        return self.files[self.target].decode("utf-8")


@dataclass(frozen=True, slots=True)
class Options:
    """`symbols` (name or Class.method) restricts what is tested; `budget_s` is for search and mutants together.

    `existing` are paths of test files of the project: new tests are added to the first.
    """

    symbols: tuple[str, ...] = ()
    budget_s: float = 8.0
    seed: int = 1
    existing: tuple[str, ...] = ()
    model: bool = True
    """Whether a model may help, where the caller brings one."""
    folder: str | None = None
    """Where new tests in Python will stand ("." for the root), so that the fixtures in force there are theirs; None for
    where the project keeps its tests, as far as its files tell."""


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """One test: its function's name, where its expectation comes from, and how it ended when it was run."""

    name: str
    label: Label
    status: Status
    scenario: str
    symbol: str
    code: str
    reason: str = ""
    by_model: tuple[str, ...] = ()
    """What of it a model gave: name, reason, input, expectation."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a model gave to a run, counted in what was handed out; `refused` is what it said and was not taken.

    `state`: off (the caller's wish, or nobody to ask), away (it did not answer), asked. `seconds` is how long it had
    something to do.
    """

    state: Literal["off", "away", "asked"] = "off"
    name: str = ""
    questions: int = 0
    names: int = 0
    reasons: int = 0
    inputs: int = 0
    expectations: int = 0
    bugs: int = 0
    refused: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SuspectedBug:
    """The code contradicts what is said about it; `counter_example` is the call that shows it."""

    symbol: str
    contract: str
    counter_example: str
    expected: str
    observed: str
    test: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A test that was written and is not handed out, and why: in words, and as the values that refute it.

    `counter_example` is empty where no values tell it, `symbol` where the test is of no single one.
    """

    name: str
    reason: str
    symbol: str = ""
    counter_example: str = ""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change of the code that no test noticed."""

    line: int
    change: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares from 0 to 1, as coverage.py counts them; `branch` is None where there is no branch."""

    line: float
    branch: float | None
    missing_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of it. `files` maps the path of each test file to its text."""

    files: Mapping[str, str]
    tests: tuple[WrittenTest, ...]
    coverage: Coverage
    before: Coverage | None
    mutants: int
    killed: int
    surviving: tuple[Survivor, ...]
    suspected_bugs: tuple[SuspectedBug, ...]
    flaky: tuple[str, ...]
    timings: Mapping[str, float]
    model: Contribution = Contribution()
    left_out: tuple[LeftOut, ...] = ()
    """Tests that failed for a reason that can be told; those that only failed at times are `flaky`."""

    @property
    def mutation_score(self) -> float | None:
        """Share of mutants that a test notices; None without mutants."""
        return self.killed / self.mutants if self.mutants else None
