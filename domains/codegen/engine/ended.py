"""How written tests ended in several runs, and what of the target they reached, in any language."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from domains.codegen.engine.types import Coverage


class Counted(BaseModel):
    """Statements and branches of the target."""

    statements: int
    missing: int
    branches: int
    missing_branches: int
    missing_lines: list[int]


class Ended(BaseModel):
    """How each test ended in each run, why it failed, and the target's coverage; None where nothing was counted."""

    model_config = ConfigDict(extra="ignore")

    ended: dict[str, list[str]]
    why: dict[str, str] = {}
    coverage: Counted | None = None

    @staticmethod
    def belongs(test: str, name: str) -> bool:
        """Whether what the runner calls `test` is the test `name`, or a row of its table."""
        return test == name

    def passed(self, name: str) -> bool:
        """Whether a test passed in every run, all rows of a table."""
        return self._ends(name) == {"passed"}

    def failed(self, name: str) -> bool:
        """Whether a test failed in every run, all rows of a table."""
        return self._ends(name) == {"failed"}

    def covered(self) -> Coverage:
        """Return the coverage as shares; nothing is covered where nothing was counted."""
        counted = self.coverage
        if counted is None:
            return Coverage(0.0, None)
        lines = 1 - counted.missing / counted.statements if counted.statements else 1.0
        branches = 1 - counted.missing_branches / counted.branches if counted.branches else None
        return Coverage(lines, branches, tuple(counted.missing_lines))

    def _ends(self, name: str) -> set[str]:
        return {end for test, ends in self.ended.items() if self.belongs(test, name) for end in ends}
