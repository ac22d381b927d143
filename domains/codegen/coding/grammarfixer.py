"""A failing test of Jest or JUnit: run by its real runner, judged, and a part of a file put anew by its grammar."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from domains.codegen.coding import contradicting, evidence, parts, syntax
from domains.codegen.coding.evidence import Failure
from domains.codegen.coding.fixers import Attempt, Lines
from domains.codegen.coding.parts import Part
from domains.codegen.coding.runners import Documented, Runner, runner
from domains.codegen.coding.suspects import Where
from domains.codegen.coding.work import Verdict, Wish
from domains.codegen.engine.ended import Ended
from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.types import Project
from domains.codegen.javascript.gating import RUNS, Gated
from sandbox import Sandbox

_NEVER_MEANT = re.compile(r"(ReferenceError)\b|(StackOverflowError)\b|RangeError: (Maximum call stack)")
_SKIPS = re.compile(r"\b(?:skip|todo|failing|xit|xtest|xdescribe|Disabled\w*|EnabledIf\w*|assum\w+)\b")


@dataclass(slots=True)
class GrammarFixer:
    """See `fixers.Fixer`; JavaScript, TypeScript and Java."""

    box: Sandbox
    wish: Wish
    cancelled: threading.Event = field(default_factory=threading.Event)
    _frames: list[str] = field(default_factory=list)

    def failure(self) -> tuple[Failure | None, Ended]:
        """See `Fixer`."""
        for fault in syntax.faults(self.wish.target, self.wish.source):
            raise SourceBroken(fault.why, fault.line, fault.column)
        try:
            ended = self._gated(self.wish.files, RUNS)
        except SourceBroken as broken:
            return Failure("", str(broken)), Gated(ended={})
        name = self._name(ended)
        rows = [test for test in ended.ended if parts.belongs(test, name)] if name else []
        failed = [test for test in rows if not _passed(ended, test)]
        if not failed:
            return None, ended
        self._frames = ended.frames.get(failed[0], [])
        part = self._test(name)
        said = self._documented(self.wish.files, part) if part is not None else Documented()
        return Failure(name, ended.why.get(failed[0], ""), said.kept, said.broken), ended

    def verdict(self, failure: Failure) -> Verdict:
        """See `Fixer`."""
        test, hook = self._test(failure.name), self._hook()
        if hook is not None:
            return evidence.verdict(self.wish, "fixture", "fixture", hook.name)
        if not failure.name:
            return evidence.verdict(self.wish, "test", "import", failure.why[:200])
        inner = _NEVER_MEANT.search(failure.why)
        if inner is not None and self._frames and self._is_target(self._frames[0]):
            return evidence.verdict(self.wish, "code", "internal", next(one for one in inner.groups() if one))
        if failure.broken:
            return evidence.verdict(self.wish, "code", "broken", contradicting.shown(failure.broken[0]))
        against = None if test is None else contradicting.first(test, failure.kept)
        if against is not None:
            return evidence.verdict(self.wish, "test", "against", contradicting.shown(against))
        return evidence.verdict(self.wish, "unclear", "kept" if failure.kept else "silent")

    def places(self, verdict: Verdict, failure: Failure) -> list[Where]:
        """See `Fixer`."""
        test = [Where(self.wish.test_file, failure.name, "test")] if self._test(failure.name) is not None else []
        code = [Where(self.wish.target, one.name, "function") for one in self._suspects(failure)]
        hook = self._hook()
        if verdict.wrong == "fixture":
            return [Where(self.wish.test_file, hook.name, "fixture")] * 2 if hook is not None else []
        if verdict.wrong == "code":
            return [*code, *code[:1]]
        return test * 2 if verdict.wrong == "test" else [*code[:1], *test]

    def lines(self, where: Where) -> Lines | None:
        """See `Fixer`."""
        return _lines(self._part(where))

    def test(self, failure: Failure) -> Lines | None:
        """See `Fixer`."""
        return _lines(self._test(failure.name))

    def suspect(self, failure: Failure) -> Lines | None:
        """See `Fixer`."""
        return _lines(next(iter(self._suspects(failure)), None))

    def attempt(self, where: Where, code: str) -> Attempt | None:
        """See `Fixer`."""
        part, source = self._part(where), self.wish.files[where.path]
        written = None if part is None else parts.written(where.path, code, part)
        if part is None or written is None:
            return None
        text = parts.replaced(source, part, written)
        return Attempt(where.path, text) if text != source and not syntax.faults(where.path, text) else None

    def holds(self, failure: Failure, before: Ended, attempt: Attempt) -> bool:
        """See `Fixer`."""
        files = {**self.wish.files, attempt.path: attempt.text}
        try:
            ended = self._gated(files, RUNS)
        except SourceBroken:
            return False
        kept = [test for test in before.ended if _passed(before, test)]
        if not _mended(ended, failure.name) or not all(_passed(ended, test) for test in kept):
            return False
        if attempt.path == self.wish.test_file:
            return self._still_tests(failure, attempt, files)
        part = self._test(failure.name)
        said = {check.source for check in (*failure.kept, *failure.broken)}
        again = self._documented(files, part) if said and part is not None else Documented()
        return not again.broken and said <= {check.source for check in again.kept}

    def _still_tests(self, failure: Failure, attempt: Attempt, files: Mapping[str, str]) -> bool:
        path = self.wish.test_file
        old, new = self._test(failure.name), parts.find(parts.tests(path, attempt.text), failure.name)
        if old is None or new is None or parts.assertions(new) < parts.assertions(old):
            return False
        if len(_SKIPS.findall(attempt.text)) > len(_SKIPS.findall(self.wish.files[path])):
            return False
        called = set(parts.called(old)) & set(parts.called(new))
        return any(self._notices(failure.name, one, files) for one in self._functions() if _last(one) in called)

    def _notices(self, test: str, function: Part, files: Mapping[str, str]) -> bool:
        """Whether a test fails once a function is made to fail."""
        broken = parts.failing(self.wish.source, function)
        if broken is None:
            return False
        try:
            return not _mended(self._gated({**files, self.wish.target: broken}, 1), test)
        except SourceBroken:  # it did not run, so nothing was noticed
            return False

    def _gated(self, files: Mapping[str, str], runs: int) -> Gated:
        path = self.wish.test_file
        own = {name: text.encode() for name, text in files.items() if name != path}
        return self._runner().gate(Project(own, self.wish.target), {path: files[path]}, self.cancelled, runs)

    def _documented(self, files: Mapping[str, str], test: Part) -> Documented:
        """Run what the documentation says of what a test calls."""
        own = {name: text.encode() for name, text in files.items() if name != self.wish.test_file}
        said, called = (
            self._runner().documented(Project(own, self.wish.target), self.cancelled),
            set(parts.called(test)),
        )
        kept, broken = (
            tuple(check for check in checks if check.symbol.rpartition(".")[2] in called)
            for checks in (said.kept, said.broken)
        )
        return Documented(kept, broken)

    def _runner(self) -> Runner:
        return runner(self.box, self.wish.target)

    def _name(self, ended: Ended) -> str:
        """Name the failing test as its file does; empty where all pass. Raises NothingToTest."""
        listed = [one for one in self._tests() if one.kind == "test"]
        if self.wish.test:
            found = parts.find(listed, self.wish.test) or next(
                (one for one in listed if parts.belongs(self.wish.test, one.name)), None
            )
            if found is None:
                raise NothingToTest(f"There is no test {self.wish.test} in {self.wish.test_file}.")
            return found.name
        failed = next((test for test, ends in ended.ended.items() if "failed" in ends), "")
        return next((one.name for one in listed if failed and parts.belongs(failed, one.name)), failed)

    def _test(self, name: str) -> Part | None:
        return parts.find(self._tests(), name) if name else None

    def _tests(self) -> list[Part]:
        return parts.tests(self.wish.test_file, self.wish.files[self.wish.test_file])

    def _functions(self) -> list[Part]:
        return parts.functions(self.wish.target, self.wish.source)

    def _part(self, where: Where) -> Part | None:
        return parts.find(self._functions() if where.what == "function" else self._tests(), where.name)

    def _hook(self) -> Part | None:
        """Return what ran before the test and failed there."""
        for frame in self._frames:
            path, _, line = frame.rpartition(":")
            if self.wish.test_file.endswith(path):
                around = parts.at_line(self._tests(), int(line))
                return around if around is not None and around.kind == "hook" else None
        return None

    def _suspects(self, failure: Failure) -> list[Part]:
        """Return functions of the target: those that the error came through, then those that the test calls."""
        listed, test = self._functions(), self._test(failure.name)
        traced = [
            parts.at_line(listed, int(frame.rpartition(":")[2])) for frame in self._frames if self._is_target(frame)
        ]
        called = [] if test is None else parts.called(test)
        named = [one for name in called for one in listed if _last(one) == name]
        return list({one.name: one for one in [*traced, *named] if one is not None}.values())

    def _is_target(self, frame: str) -> bool:
        return self.wish.target.endswith(frame.rpartition(":")[0])


def _lines(part: Part | None) -> Lines | None:
    return None if part is None else Lines(part.start, part.end, part.text)


def _last(part: Part) -> str:
    return part.name.rpartition(".")[2]


def _passed(ended: Ended, test: str) -> bool:
    return set(ended.ended.get(test, ["missing"])) == {"passed"}


def _mended(ended: Ended, name: str) -> bool:
    rows = [test for test in ended.ended if parts.belongs(test, name)]
    return bool(rows) and all(_passed(ended, test) for test in rows)
