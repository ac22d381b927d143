"""Errors of the test generator.

EngineError
├── SourceBroken     the source does not parse; `line` and `column` say where
│   └── SourceEndless  what it runs when it is loaded, or all that was tried of it, does not come to an end in time
├── NothingToTest    no public function or class, or none of those asked for
├── OtherFramework   the test file to add to is written for a framework that we do not write
├── MissingRunner    the language's own runner is not installed; `language` says which
└── Cancelled        the caller asked to stop
"""

from __future__ import annotations

from domains.errors import DomainError


class EngineError(DomainError):
    """Base of all errors raised by the test generator."""


class SourceBroken(EngineError):
    """The source cannot be parsed or loaded. Lines and columns count from 1; 0 where there is no place."""

    def __init__(self, why: str, line: int = 0, column: int = 0) -> None:
        super().__init__(why)
        self.line, self.column = line, column


class SourceEndless(SourceBroken):
    """The source takes too long: while it is loaded (`loading`), or afterwards. The message says what to do."""

    def __init__(self, target: str, *, loading: bool) -> None:
        super().__init__(
            f"{target} had not finished loading when its time was over. Code that runs at import has no end or waits "
            "for something, such as input: move it into a function, or into the part that runs only as a program"
            if loading
            else f"{target} took too long to explore, so no test was written. Ask for fewer names in `symbols`, or for "
            "more time"
        )
        self.target, self.loading = target, loading


class NothingToTest(EngineError):
    """There is no public symbol to test, or none of the names asked for."""


class OtherFramework(EngineError):
    """The test file to add to is written for another framework: `path`, `found`, and `wanted` that we write."""

    def __init__(self, path: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{path} is written for {found}, and tests are added to files of {wanted} only. Leave it out to get "
            f"{wanted} tests in a file of their own"
        )
        self.path, self.found, self.wanted = path, found, wanted


class MissingRunner(EngineError):
    """What runs a language's tests is not installed here. The message says what to do."""

    def __init__(self, language: str, what: str) -> None:
        super().__init__(what)
        self.language = language


class Cancelled(EngineError):
    """The caller asked to stop."""
