"""The child that parses: `python -m retrieval.loaders.child`. Started by `isolated`, under limits; answers over pipes.

A request is one line of JSON on standard input: path, filename, limits. The answer is eight bytes of length
(big-endian) and that much JSON: a document, or why there is none. JSON, so that nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from retrieval.config import LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders import for_file

HEADER = struct.Struct(">Q")
OUT_OF_MEMORY = 3
"""Exit status of a child that ran out of memory and does not trust itself any more."""


def main(memory: int) -> None:
    """Limit this process, then answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not pass for an answer
    sys.excepthook = partial(_tell, answers)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a parser writes nothing
    for line in sys.stdin.buffer:
        answer(json.loads(line), answers)


def answer(request: Mapping[str, Any], answers: BinaryIO) -> None:
    """Parse one file and write what came of it."""
    try:
        loader = for_file(request["filename"], LoaderLimits(**request["limits"]))
        result: dict[str, Any] = {"document": asdict(loader.load(Path(request["path"])))}
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
    main(int(sys.argv[1]))
