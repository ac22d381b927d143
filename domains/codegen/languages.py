"""The languages that tests are written for: by a file's ending, and the framework of the tests."""

from __future__ import annotations

from pathlib import PurePosixPath

FRAMEWORKS = {"python": "pytest", "javascript": "jest", "typescript": "jest", "java": "junit5"}
_ENDINGS = {
    ".py": "python", ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript",
    ".ts": "typescript", ".tsx": "typescript", ".mts": "typescript", ".cts": "typescript", ".java": "java",
}  # fmt: skip


def language_of(path: str) -> str | None:
    """Name the language of a file; None where no tests are written for it."""
    return _ENDINGS.get(PurePosixPath(path).suffix)
