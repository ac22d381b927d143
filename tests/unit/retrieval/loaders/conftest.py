"""Files made on the spot, by libraries other than the loaders', where there is one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.config import LoaderLimits
from retrieval.loaders import for_file
from retrieval.types import ParsedDocument

Load = Callable[..., ParsedDocument]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write bytes (or text as UTF-8) under a name and load them."""

    def write_and_load(name: str, data: bytes | str, **limits: int) -> ParsedDocument:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return for_file(name, LoaderLimits(**limits)).load(path)

    return write_and_load


@pytest.fixture
def zip_bomb(tmp_path: Path) -> bytes:
    """A zip of 400 MiB of zeros in less than half a megabyte."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(400):
            part.write(b"\x00" * 1024 * 1024)
    return path.read_bytes()
