"""A failing test of pytest: run, judged, and a function of Python put anew."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from domains.codegen.coding import evidence, functions
from domains.codegen.coding.editing import replaced
from domains.codegen.coding.evidence import SAID, Failure
from domains.codegen.coding.fixers import Attempt, Lines
from domains.codegen.coding.suspects import Where, dotted, method, order, plain, suspects
from domains.codegen.coding.work import Verdict, Wish
from domains.codegen.engine.contracts import Check
from domains.codegen.engine.ended import Ended
from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.gating import RUNS, Gated, gate
from domains.codegen.engine.types import Project
from sandbox import Sandbox


@dataclass(slots=True)
class PythonFixer:
    """See `fixers.Fixer`."""

    box: Sandbox
    wish: Wish
    cancelled: threading.Event = field(default_factory=threading.Event)

    def gated(self, change_of: Attempt | None = None, more: Mapping[str, str] | None = None, runs: int = 1) -> Gated:
        """Run the test file on the files as they are, or with a change. Raises SourceBroken, Cancelled."""
        files = dict(self.wish.files)
        if change_of is not None:
            files[change_of.path] = change_of.text
        folder = str(PurePosixPath(self.wish.test_file).parent)
        tests = {
            path: text for path, text in files.items()
            if path == self.wish.test_file or (path.endswith("conftest.py") and folder.startswith(_folder(path)))
        }  # fmt: skip
        own = {path: text.encode() for path, text in files.items() if path not in tests}
        return gate(self.box, Project(own, self.wish.target), {**tests, **(more or {})}, self.cancelled, runs=runs)

    def failure(self) -> tuple[Failure | None, Ended]:
        """Run the test as it is, with the documented examples of what it calls; None where it passes."""
        source = self.wish.files[self.wish.test_file]
        ended = self.gated(runs=RUNS)
        name = self.wish.test or next((test for test in ended.ended if not _passed(ended, test)), "")
        if not name and "<collection>" in ended.why:
            return Failure("", ended.why["<collection>"]), ended
        known = name in {plain(test) for test in ended.ended} | {*ended.ended}
        if name and not known and "<collection>" not in ended.why:
            raise NothingToTest(f"There is no test {name} in {self.wish.test_file}.")
        if not name or (known and all(_passed(ended, test) for test in ended.ended if plain(test) == plain(name))):
            return None, ended
        why = next((text for test, text in ended.why.items() if plain(test) == plain(name)), "")
        test = functions.find(source, dotted(name))
        checks = evidence.checks_for(self.wish.source, test) if test is not None else []
        said = self._said(checks)
        kept = tuple(check for n, check in enumerate(checks) if said.get(n) is True)
        broken = tuple(check for n, check in enumerate(checks) if said.get(n) is False)
        return Failure(name, why or ended.why.get("<collection>", ""), kept, broken), ended

    def holds(self, failure: Failure, before: Ended, attempt: Attempt) -> bool:
        """Whether a change keeps the bar; see the module."""
        if functions.parse(attempt.text) is None:
            return False
        try:
            ended = self.gated(attempt, runs=RUNS)
        except SourceBroken:
            return False
        kept = [test for test in before.ended if _passed(before, test)]
        if not _mended(ended, failure.name) or not all(_passed(ended, test) for test in kept):
            return False
        if attempt.path == self.wish.target:
            return not (failure.kept or failure.broken) or self._keeps(failure, attempt)
        return self._still_tests(failure, attempt)

    def verdict(self, failure: Failure) -> Verdict:
        """See `Fixer`."""
        return evidence.judge(self.wish, self._test(failure), failure)

    def places(self, verdict: Verdict, failure: Failure) -> list[Where]:
        """See `Fixer`."""
        return order(self.wish, verdict, failure)

    def lines(self, where: Where) -> Lines | None:
        """See `Fixer`."""
        source = self.wish.files[where.path]
        return _lines(source, functions.find(source, where.name))

    def test(self, failure: Failure) -> Lines | None:
        """See `Fixer`."""
        return _lines(self.wish.files[self.wish.test_file], self._test(failure))

    def suspect(self, failure: Failure) -> Lines | None:
        """See `Fixer`."""
        name = next(iter(suspects(self.wish, failure)), "")
        return _lines(self.wish.source, functions.find(self.wish.source, name)) if name else None

    def attempt(self, where: Where, code: str) -> Attempt | None:
        """See `Fixer`."""
        source = self.wish.files[where.path]
        function, written = functions.find(source, where.name), functions.new_text(code, where.name)
        if function is None or written is None:
            return None
        start, end = functions.span(function)
        text = replaced(source, start, end, functions.documented(written, function))
        return Attempt(where.path, text) if text != source else None

    def _test(self, failure: Failure) -> functions.Function | None:
        source = self.wish.files[self.wish.test_file]
        return functions.find(source, dotted(failure.name)) if failure.name else None

    def _keeps(self, failure: Failure, attempt: Attempt) -> bool:
        said = self._said([*failure.kept, *failure.broken], attempt)
        return bool(said) and all(said.values())

    def _still_tests(self, failure: Failure, attempt: Attempt) -> bool:
        old = functions.find(self.wish.files[self.wish.test_file], dotted(failure.name))
        new = functions.find(attempt.text, dotted(failure.name)) if attempt.path == self.wish.test_file else old
        if old is None or new is None or functions.assertions(new) < functions.assertions(old):
            return False
        if "skip" in attempt.text.replace(self.wish.files[attempt.path], "") or "xfail" in functions.text(
            attempt.text if attempt.path == self.wish.test_file else self.wish.files[self.wish.test_file], new
        ):
            return False
        source, noticed = self.wish.source, False
        for name in functions.called(old) & functions.called(new):
            target = functions.find(source, name) or method(source, name)
            if target is not None:
                broken = {**self.wish.files, self.wish.target: functions.failing(source, target)}
                ended = replace_files(self, broken).gated(attempt)
                noticed = noticed or not _mended(ended, failure.name)
        return noticed

    def _said(self, checks: Iterable[Check], attempt: Attempt | None = None) -> dict[int, bool]:
        """Run documented examples; by number, whether each holds."""
        listed = list(checks)
        if not listed:
            return {}
        files = dict(self.wish.files)
        if attempt is not None:
            files[attempt.path] = attempt.text
        own = {path: text.encode() for path, text in files.items() if path != self.wish.test_file}
        project = Project(own, self.wish.target)
        try:
            ended = gate(self.box, project, {SAID: evidence.as_tests(project, listed)}, self.cancelled, runs=1)
        except SourceBroken:
            return {}
        return {n: ended.passed(f"test_said_{n}") for n in range(len(listed)) if f"test_said_{n}" in ended.ended}


def replace_files(fixer: PythonFixer, files: Mapping[str, str]) -> PythonFixer:
    """Return the same for other files."""
    return PythonFixer(fixer.box, replace(fixer.wish, files=files), fixer.cancelled)


def _lines(source: str, function: functions.Function | None) -> Lines | None:
    return None if function is None else Lines(*functions.span(function), functions.text(source, function))


def _folder(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def _passed(ended: Ended, test: str) -> bool:
    return set(ended.ended.get(test, ["missing"])) == {"passed"}


def _mended(ended: Ended, name: str) -> bool:
    tests = [test for test in ended.ended if not name or plain(test) == plain(name)]
    return bool(tests) and all(_passed(ended, test) for test in tests)
