"""Parse in a child process, in the sandbox and under limits: what a file does to its parser stays there.

A hostile or hopeless file (endless loop, memory, a crash in a C library) costs that document an error and the child;
the next document gets a new child. The child keeps running between documents, because importing the parsers takes
longer than reading most files. Without a working sandbox the limits still hold, and the log says so once.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders.child import HEADER, OUT_OF_MEMORY
from retrieval.loaders.children import Child, Lost, read, start, write
from retrieval.loaders.limits import check_size
from retrieval.types import ParsedDocument, Section

logger = logging.getLogger(__name__)

_LONGEST_ANSWER = 256 * 1024 * 1024
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """`seconds` without a sign of progress, `most_seconds` for one document, bytes of address space, a child's share.

    Text recognition gives a sign of progress with each page.
    """

    seconds: float = 180.0
    most_seconds: float = 1_200.0
    memory: int = 3 * 1024 * _MIB
    documents: int = 500


class IsolatedParser:
    """A `retrieval.ingest.Parse` that works in a child. Thread-safe: one document at a time."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._child: Child | None = None
        self._served = 0
        self._turn = threading.Lock()

    def __call__(self, path: Path, filename: str, limits: LoaderLimits) -> ParsedDocument:
        """Parse a file. Raises UnreadableDocument, with `timeout`, `too_large` or `crashed_parser` beside the usual."""
        check_size(path, limits)
        with self._turn:
            answer = self._asked(self._ready(), path, filename, limits)
            if "fault" in answer:
                self._end()
                logger.error("parser.fault file=%s\n%s", filename, answer["fault"])
                raise _crashed(filename, 1, self._limits.memory)
        if "document" not in answer:
            kind = UnknownFormat if answer["unknown"] else UnreadableDocument
            raise kind(answer["code"], answer["message"], **answer["detail"])
        return _document(answer["document"])

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
        self._served += 1
        return self._child

    def _asked(self, child: Child, path: Path, filename: str, limits: LoaderLimits) -> dict[str, Any]:
        last = monotonic() + self._limits.most_seconds
        deadline = min(last, monotonic() + self._limits.seconds)
        data = path.read_bytes() if child.boxed else b""
        place = {"name": path.name, "size": len(data)} if child.boxed else {"path": str(path.resolve())}
        request = {"filename": filename, "limits": asdict(limits), **place}
        try:
            write(child, json.dumps(request).encode() + b"\n" + data, deadline)
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
        return answer

    def _end(self) -> int:
        """Kill the child and say how it ended: its status if it had ended by itself."""
        child, self._child = self._child, None
        return 0 if child is None else child.end()


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
