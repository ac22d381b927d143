"""The child that parses: `python -m retrieval.loaders.child`. Started by `children`, under limits; answers over pipes.

It says a line feed once it runs. A request is one line of JSON on standard input: filename, limits, and either a path
or, in the sandbox, a name and a size with so many bytes after the line. The answer is eight bytes of length
(big-endian) and that much JSON: a document, or why there is none; before it, a page that text recognition has read,
as a sign of progress. JSON, so that nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import struct
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders import for_file, progress
from sandbox.types import REPORT_FD, SCRATCH

HEADER = struct.Struct(">Q")
_BEHIND_ANSWERS = 10
"""Niceness: questions that people ask on the same machine are answered first."""
OUT_OF_MEMORY = 3
"""Exit status of a child that ran out of memory and does not trust itself any more."""


def main(memory: int, descriptor: int) -> None:
    """Limit this process, then answer requests until standard input ends."""
    boxed = descriptor == REPORT_FD
    answers = os.fdopen(descriptor if boxed else os.dup(descriptor), "wb")
    if not boxed:
        os.dup2(2, 1)  # what a library prints must not pass for an answer
    sys.excepthook = partial(_tell, answers)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not boxed:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a parser writes nothing
    os.nice(_BEHIND_ANSWERS)
    progress.listen(lambda page: _write(answers, {"reading": page}))
    answers.write(b"\n")
    answers.flush()
    for line in iter(sys.stdin.buffer.readline, b""):
        request = json.loads(line)
        with _file(request) as path:
            answer(request, path, answers)


@contextmanager
def _file(request: Mapping[str, Any]) -> Iterator[Path]:
    """The file to read: where it lies, or made here of the bytes that follow the request."""
    if "path" in request:
        yield Path(request["path"])
        return
    folder = Path(SCRATCH, "document")
    shutil.rmtree(folder, ignore_errors=True)  # what one document leaves is not the next one's to find
    folder.mkdir()
    path = folder / request["name"]
    path.write_bytes(sys.stdin.buffer.read(request["size"]))
    yield path


def answer(request: Mapping[str, Any], path: Path, answers: BinaryIO) -> None:
    """Parse one file and write what came of it."""
    try:
        loader = for_file(request["filename"], LoaderLimits(**request["limits"]))
        result: dict[str, Any] = {"document": asdict(loader.load(path))}
    except UnreadableDocument as error:
        unknown = isinstance(error, UnknownFormat)
        result = {"code": error.code, "message": str(error), "detail": error.detail, "unknown": unknown}
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    _write(answers, result)


def _tell(answers: BinaryIO, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what fault ends this process: there is nowhere else to say it."""
    _write(answers, {"fault": "".join(traceback.format_exception(kind, error, trace))})


def _write(answers: BinaryIO, result: dict[str, Any]) -> None:
    data = json.dumps(result).encode()
    answers.write(HEADER.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
