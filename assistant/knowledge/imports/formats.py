"""Which files are documents: by their suffix, or by what a web server calls them."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from assistant.knowledge.imports.texts import skipped
from assistant.knowledge.imports.types import NotTaken
from retrieval.loaders import LOADERS

_SUFFIX = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
}
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream", "application/zip"})
"""Types that servers give to files they know nothing of: there the suffix of the address says more."""


def not_a_document(path: str) -> NotTaken | None:
    """Why a file of this name is left out; None when there is a loader for it."""
    suffix = PurePosixPath(path).suffix.lower()
    return None if suffix in LOADERS else skipped("not_a_document", suffix=suffix or "-")


def filename_of(url: str, content_type: str) -> str:
    """Name what an address gave. Raises NotTaken when no loader reads it."""
    parts = urlsplit(url)
    name = PurePosixPath(unquote(parts.path)).name or parts.hostname or "page"
    kind = content_type.partition(";")[0].strip().lower()
    suffix = PurePosixPath(name).suffix.lower()
    wanted = _SUFFIX.get(kind, "")
    if kind in _VAGUE and suffix in LOADERS:
        return name
    if wanted not in LOADERS:
        raise skipped("not_a_document", suffix=kind or suffix or "-")
    same = suffix in LOADERS and LOADERS[suffix] == LOADERS[wanted]
    return name if same else f"{name}{wanted}"
