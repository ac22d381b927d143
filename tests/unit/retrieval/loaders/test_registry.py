from __future__ import annotations

import subprocess
import sys

import pytest

from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.loaders import LOADERS, for_file


@pytest.mark.parametrize("suffix", sorted(LOADERS))
def test_every_registered_suffix_has_a_loader(suffix: str) -> None:
    assert callable(for_file(f"Document{suffix.upper()}").load)


@pytest.mark.parametrize("filename", ["a.exe", "a", "", ".pdf.zip", "a.pdf.", "..", "文件"])
def test_other_files_are_an_unknown_format(filename: str) -> None:
    with pytest.raises(UnknownFormat, match="no loader") as caught:
        for_file(filename)
    assert isinstance(caught.value, UnreadableDocument)
    assert caught.value.code == "unknown_format"


def test_choosing_a_loader_does_not_import_the_others_libraries() -> None:
    code = (
        "import sys; from retrieval.loaders import for_file; for_file('a.txt');"
        "print([name for name in ('pypdf', 'pdfplumber', 'docx', 'openpyxl', 'trafilatura') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
