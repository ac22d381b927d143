"""Parse in a child process under limits: what a file does to its parser stays there.

A hostile or hopeless file (endless loop, memory, a crash in a C library) costs that document an error and the child;
the next document gets a new child. The child keeps running between documents, because importing the parsers takes
longer than reading most files.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders.child import HEADER, OUT_OF_MEMORY
from retrieval.types import ParsedDocument, Section

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_ANSWER = 256 * 1024 * 1024
_PIECE = 1 << 16
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """`seconds` for one document, bytes of address space for the child, and the documents after which it is renewed."""

    seconds: float = 180.0
    memory: int = 3 * 1024 * _MIB
    documents: int = 500


class IsolatedParser:
    """A `retrieval.ingest.Parse` that works in a child. Thread-safe: one document at a time."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._turn = threading.Lock()

    def __call__(self, path: Path, filename: str, limits: LoaderLimits) -> ParsedDocument:
        """Parse a file. Raises UnreadableDocument, with `timeout`, `too_large` or `crashed_parser` beside the usual."""
        request = {"path": str(path.resolve()), "filename": filename, "limits": asdict(limits)}
        with self._turn:
            child = self._ready()
            answer = self._asked(child, json.dumps(request).encode() + b"\n", filename)
            if "fault" in answer:
                self._end()
                logger.error("parser.fault file=%s\n%s", filename, answer["fault"])
                raise _crashed(filename, 1, self._limits.memory)
        if "document" not in answer:
            kind = UnknownFormat if answer["unknown"] else UnreadableDocument
            raise kind(answer["code"], answer["message"], **answer["detail"])
        return _document(answer["document"])

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._end()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._served >= self._limits.documents or (self._child is not None and self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._served = 0
            self._child = subprocess.Popen(
                [sys.executable, "-m", "retrieval.loaders.child", str(self._limits.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # faults of ours come back as answers; libraries chatter about every oddity
                cwd=_ROOT,
                env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"},
                start_new_session=True,
            )
        self._served += 1
        return self._child

    def _asked(self, child: subprocess.Popen[bytes], request: bytes, filename: str) -> dict[str, Any]:
        deadline = monotonic() + self._limits.seconds
        try:
            _pipe(child.stdin).write(request)
            _pipe(child.stdin).flush()
            (length,) = HEADER.unpack(_read(child, HEADER.size, deadline))
            answer: dict[str, Any] = json.loads(_read(child, length, deadline))
        except TimeoutError as error:
            self._end()
            limit = f"{self._limits.seconds:g} s"
            raise UnreadableDocument("timeout", f"{filename}: reading took longer than {limit}", filename=filename,
                                     limit=limit) from error  # fmt: skip
        except (_Lost, BrokenPipeError) as error:
            status = self._end()
            raise _crashed(filename, status, self._limits.memory) from error
        return answer

    def _end(self) -> int:
        """Kill the child and say how it ended: its status if it had ended by itself."""
        child, self._child = self._child, None
        if child is None:
            return 0
        try:
            status = child.wait(0.2)  # one that ended by itself is given the time to say how
        except subprocess.TimeoutExpired:
            child.kill()
            status = child.wait()
        for pipe in (child.stdin, child.stdout):
            _close(pipe)
        return status


class _Lost(Exception):
    """The child's answer ended early."""


def _read(child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes. Raises TimeoutError and _Lost."""
    if size > _LONGEST_ANSWER:
        raise _Lost
    descriptor = _pipe(child.stdout).fileno()
    data = bytearray()
    while len(data) < size:
        readable, _, _ = select.select([descriptor], [], [], max(0.0, deadline - monotonic()))
        if not readable:
            raise TimeoutError
        piece = os.read(descriptor, min(_PIECE, size - len(data)))
        if not piece:
            raise _Lost
        data += piece
    return bytes(data)


def _pipe(pipe: Any) -> Any:  # noqa: ANN401 - Popen's pipes are optional for types alone
    return pipe


def _close(pipe: Any) -> None:  # noqa: ANN401
    with suppress(BrokenPipeError):  # the child is gone, and with it what was still buffered for it
        pipe.close()


def _crashed(filename: str, status: int, memory: int) -> UnreadableDocument:
    if status == OUT_OF_MEMORY:
        found, limit = f"more than {memory // _MIB} MiB of memory", f"{memory // _MIB} MiB"
        return UnreadableDocument("too_large", f"{filename} needs {found}", filename=filename, found=found, limit=limit)
    return UnreadableDocument("crashed_parser", f"{filename} made its reader stop (status {status})", filename=filename,
                              status=status)  # fmt: skip


def _document(fields: dict[str, Any]) -> ParsedDocument:
    sections = (Section(**{**section, "headings": tuple(section["headings"])}) for section in fields["sections"])
    return ParsedDocument(fields["title"], tuple(sections))
