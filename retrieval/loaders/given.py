"""A file that came as bytes, under a name that somebody else gave it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

_UNSAFE = re.compile(r"[^\w.() -]|^\.+")
_LONGEST_NAME = 60  # characters; a Chinese one takes three bytes, file systems allow 255


def safe_name(filename: str) -> str:
    """A name that may stand in a folder of ours; it keeps its suffix."""
    return _UNSAFE.sub("_", PurePath(filename).name)[-_LONGEST_NAME:] or "document"


@contextmanager
def as_file(source: Path | bytes, filename: str) -> Iterator[Path]:
    """Where the file lies; bytes lie there while the context lasts."""
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        path = Path(folder) / safe_name(filename)
        path.write_bytes(source)
        yield path
