"""Electronic books: the chapters of an EPUB in reading order, from heading to heading.

EPUB 3.3 (W3C): META-INF/container.xml names the package document, its spine lists the chapters.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.loaders.chapter import chapter_sections
from retrieval.loaders.html import decode_page
from retrieval.loaders.limits import check_text, check_zip, damaged
from retrieval.types import ParsedDocument, Section

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"


class EpubLoader:
    """Headings are the chapters' own; books know no pages."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_zip(path, self._limits)
        try:
            with zipfile.ZipFile(path) as archive:
                document = _book(archive, path)
        except (zipfile.BadZipFile, etree.LxmlError, KeyError, ValueError, StopIteration, OSError,
                NotImplementedError, RuntimeError) as error:  # fmt: skip
            raise damaged(path, error) from error
        return check_text(path, document, self._limits)


def _book(archive: zipfile.ZipFile, path: Path) -> ParsedDocument:
    package = next(_xml(archive, _CONTAINER).iterfind(".//{*}rootfile")).get("full-path")
    root = _xml(archive, package)
    chapters = list(_chapters(root, posixpath.dirname(package)))
    if not _encrypted(archive).isdisjoint(chapters):
        raise UnreadableDocument("encrypted", f"{path.name} is protected: use a copy without protection",
                                 filename=path.name)  # fmt: skip
    title = root.findtext(".//{http://purl.org/dc/elements/1.1/}title") or ""
    return ParsedDocument(" ".join(title.split()), tuple(_sections(archive, chapters)))


def _chapters(root: Any, folder: str) -> Iterator[str]:  # noqa: ANN401 - lxml ships no types
    """Names of the spine's files within the archive."""
    files = {item.get("id"): item.get("href", "") for item in root.iterfind(".//{*}manifest/{*}item")}
    for reference in root.iterfind(".//{*}spine/{*}itemref"):
        href = files.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _sections(archive: zipfile.ZipFile, chapters: list[str]) -> Iterator[Section]:
    for chapter in chapters:
        yield from chapter_sections(decode_page(archive.read(chapter), chapter))


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    """Files that are encrypted; obfuscated fonts are the usual ones and do no harm."""
    if _ENCRYPTION not in archive.namelist():
        return set()
    return {unquote(node.get("URI", "")) for node in _xml(archive, _ENCRYPTION).iterfind(".//{*}CipherReference")}


def _xml(archive: zipfile.ZipFile, name: str) -> Any:  # noqa: ANN401
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(archive.read(name), parser)
