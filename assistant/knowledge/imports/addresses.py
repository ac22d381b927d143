"""A list of addresses of the web: a line each, or a table with a column `url` and what is known about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.knowledge.imports import formats, manifest
from assistant.knowledge.imports.fetch import Fetcher
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import Contents, Found, NotTaken


class Addresses:
    """The pages and files at some addresses. An address that answers 404 or 410 has vanished."""

    version = ""

    def __init__(self, name: str, listed: str, data: bytes, fetcher: Fetcher) -> None:
        """Take the list `data` of the file `listed`: .csv, .jsonl, or text. Raises InvalidInput (`bad_manifest`)."""
        self.name = f"urls:{name}"
        self._fetcher = fetcher
        if listed.endswith((".csv", ".jsonl")):
            self._given: Mapping[str, Given | NotTaken] = manifest.read_manifest(listed, data, key="url")
        else:
            self._given = dict.fromkeys(_lines(data.decode("utf-8-sig", "replace")), Given())

    def given(self) -> Mapping[str, Given | NotTaken]:
        """What the list says about each."""
        return self._given

    def list(self) -> Iterator[Found]:
        """The addresses, in the order of the list."""
        return (Found(url) for url in self._given)

    def read(self, path: str, stamp: Mapping[str, str]) -> Contents | None:
        """Fetch an address, or learn from its server that it is the same as last time."""
        page = self._fetcher.fetch(path, etag=stamp.get("etag", ""), last_modified=stamp.get("last_modified", ""))
        if page is None:
            return None
        name = formats.filename_of(page.url, page.content_type)
        stamp = {"etag": page.etag, "last_modified": page.last_modified}
        return Contents(name, page.data, url=path if len(path) <= 500 else "", stamp=stamp)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        url = line.strip()
        if url and not url.startswith("#"):
            yield url
