"""Parse in a child process, in the sandbox and under limits: what a file does to its parser stays there.

A hostile or hopeless file (endless loop, memory, a crash in a C library) costs that document an error and the child;
the next document gets a new child. The child keeps running between documents, because importing the parsers takes
longer than reading most files. Without a working sandbox the limits still hold, and the log says so once.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from time import monotonic
from typing import Any

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders.child import HEADER, OUT_OF_MEMORY
from retrieval.loaders.children import Child, Lost, read, start, write
from retrieval.loaders.given import as_file, safe_name
from retrieval.loaders.limits import check_length, check_size
from retrieval.types import ParsedDocument, Section

logger = logging.getLogger(__name__)

_LONGEST_ANSWER = 256 * 1024 * 1024
_MIB = 1024 * 1024
_IN_PIPE = 32 * 1024
"""A file that a child has beforehand: with its request it fits into a pipe (64 KiB), so that writing never waits for a
child that itself waits to be read."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """`seconds` without a sign of progress, `most_seconds` for one document, bytes of address space, a child's share.

    Text recognition gives a sign of progress with each page.
    """

    seconds: float = 180.0
    most_seconds: float = 1_200.0
    memory: int = 3 * 1024 * _MIB
    documents: int = 500


Outcome = ParsedDocument | UnreadableDocument
"""What came of a file."""


class IsolatedParser:
    """A `retrieval.ingest.Parse` that works in a child. Thread-safe: one document, or run of documents, at a time."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._child: Child | None = None
        self._served = 0
        self._turn = threading.Lock()

    def __call__(self, path: Path, filename: str, limits: LoaderLimits) -> ParsedDocument:
        """Parse a file. Raises UnreadableDocument, with `timeout`, `too_large` or `crashed_parser` beside the usual."""
        check_size(path, limits)
        with self._turn:
            child = self._ready()
            return self._asked(child, filename, _request(child, path, filename, limits))

    def each(self, files: Sequence[tuple[bytes, str]], limits: LoaderLimits) -> Iterator[Outcome]:
        """Parse files (bytes, name) in order; one that cannot be read gives its UnreadableDocument in its place.

        While an outcome is looked at the child reads the next file, and each has its own time. A file that was handed
        to a child which the one before it ended is handed to the next child. Raises ParserUnavailable.
        """
        holder: Child | None = None  # who has the file at hand already
        with self._turn:
            try:
                for (data, filename), following in zip_longest(files, files[1:]):
                    child = self._ready()
                    ahead = _ahead(child, following, limits)
                    try:
                        outcome: Outcome = self._one(child, data, filename, limits, ahead, held=child is holder)
                    except UnreadableDocument as error:
                        outcome = error
                    holder = child if ahead and self._child is child else None
                    yield outcome
            finally:
                if holder is not None:  # what it says next would be taken for another file's text
                    self._end()

    def _one(
        self, child: Child, data: bytes, filename: str, limits: LoaderLimits, ahead: bytes, *, held: bool
    ) -> ParsedDocument:
        check_length(Path(safe_name(filename)), len(data), limits)
        if held:
            return self._asked(child, filename, ahead)
        if child.boxed:
            return self._asked(child, filename, _with_bytes(safe_name(filename), filename, data, limits) + ahead)
        with as_file(data, filename) as path:  # it reads files where they lie
            return self._asked(child, filename, _request(child, path, filename, limits))

    @property
    def sandboxed(self) -> bool:
        """Whether the child that runs is inside the sandbox; False when none runs."""
        return self._child is not None and self._child.boxed

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _ready(self) -> Child:
        if self._served >= self._limits.documents or (self._child is not None and self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._served = 0
            self._child = start(self._limits.memory)
        return self._child

    def _asked(self, child: Child, filename: str, request: bytes) -> ParsedDocument:
        """Hand over what is to be written and wait for the answer about one file. Raises UnreadableDocument."""
        self._served += 1
        last = monotonic() + self._limits.most_seconds
        deadline = min(last, monotonic() + self._limits.seconds)
        try:
            write(child, request, deadline)
            while "reading" in (answer := _answer(child, deadline)):
                deadline = min(last, monotonic() + self._limits.seconds)
        except TimeoutError as error:
            self._end()
            limit = f"{self._limits.most_seconds if deadline == last else self._limits.seconds:g} s"
            raise UnreadableDocument("timeout", f"{filename}: reading took longer than {limit}", filename=filename,
                                     limit=limit) from error  # fmt: skip
        except Lost as error:
            status = self._end()
            raise _crashed(filename, status, self._limits.memory) from error
        if "fault" in answer:
            self._end()
            logger.error("parser.fault file=%s\n%s", filename, answer["fault"])
            raise _crashed(filename, 1, self._limits.memory)
        if "document" not in answer:
            kind = UnknownFormat if answer["unknown"] else UnreadableDocument
            raise kind(answer["code"], answer["message"], **answer["detail"])
        return _document(answer["document"])

    def _end(self) -> int:
        """Kill the child and say how it ended: its status if it had ended by itself."""
        child, self._child = self._child, None
        return 0 if child is None else child.end()


def _request(child: Child, path: Path, filename: str, limits: LoaderLimits) -> bytes:
    """What a child is asked about a file that lies at `path`."""
    if child.boxed:
        return _with_bytes(path.name, filename, path.read_bytes(), limits)
    return _line(filename, limits, path=str(path.resolve()))


def _with_bytes(name: str, filename: str, data: bytes, limits: LoaderLimits) -> bytes:
    return _line(filename, limits, name=name, size=len(data)) + data


def _line(filename: str, limits: LoaderLimits, **place: str | int) -> bytes:
    return json.dumps({"filename": filename, "limits": asdict(limits), **place}).encode() + b"\n"


def _ahead(child: Child, following: tuple[bytes, str] | None, limits: LoaderLimits) -> bytes:
    """The request for the next file, where it can wait in the pipe of a child that is busy and would be taken."""
    if following is None or not child.boxed or not 0 < len(following[0]) <= min(_IN_PIPE, limits.bytes):
        return b""
    data, filename = following
    return _with_bytes(safe_name(filename), filename, data, limits)


def _answer(child: Child, deadline: float) -> dict[str, Any]:
    (length,) = HEADER.unpack(read(child, HEADER.size, deadline))
    if length > _LONGEST_ANSWER:
        raise Lost
    try:
        answer: dict[str, Any] = json.loads(read(child, length, deadline))
    except ValueError as error:  # a parser that was taken over may say anything
        raise Lost from error
    return answer


def _crashed(filename: str, status: int, memory: int) -> UnreadableDocument:
    if status == OUT_OF_MEMORY:
        found, limit = f"more than {memory // _MIB} MiB of memory", f"{memory // _MIB} MiB"
        return UnreadableDocument("too_large", f"{filename} needs {found}", filename=filename, found=found, limit=limit)
    return UnreadableDocument("crashed_parser", f"{filename} made its reader stop (status {status})", filename=filename,
                              status=status)  # fmt: skip


def _document(fields: dict[str, Any]) -> ParsedDocument:
    sections = (Section(**{**section, "headings": tuple(section["headings"])}) for section in fields["sections"])
    return ParsedDocument(fields["title"], tuple(sections))
