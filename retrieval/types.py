"""Values that cross the borders of `retrieval`. All frozen; text is str, vectors are float32 and unit length."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Embeddings, shape [n, dimension], float32, each row of length one."""

Allowed = NDArray[np.bool_]
"""Which rows may be found, shape [rows]: row i may where `allowed[i]`; rows beyond its end may not."""

Codes = NDArray[np.int8]
"""Vectors of sentences in small, shape [sentences, dimension], int8: see `retrieval.sentences`."""

PUBLIC = "public"
"""The access group every reader of a tenant belongs to."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of text under one heading, as a loader found it.

    `page` counts from 1 and is None where the format has no pages; `line` is the first line, from 1.
    `table` marks rows whose first line is the header, so that a chunker can repeat it.
    """

    text: str
    headings: tuple[str, ...] = ()
    page: int | None = None
    line: int | None = None
    table: bool = False


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a loader makes of a file: a title (may be empty) and sections in reading order."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that can be found and cited.

    `id` is stable and unique over all tenants; `revision` is the document's revision number and
    `checksum` the SHA-256 of that revision's bytes, so that a citation can be reproduced.
    `access` holds the groups that may read it (any one suffices). `page` and `line` are where it begins, `last_page`
    and `last_line` where it ends, both included. It may be found from `valid_from` on and before `valid_until`
    (seconds since 1970 in UTC; None: no such limit).
    """

    id: str
    document: str
    revision: int
    checksum: str
    tenant: str
    text: str
    title: str
    language: str
    domain: str = "general"
    ordinal: int = 0
    headings: tuple[str, ...] = ()
    page: int | None = None
    line: int | None = None
    url: str | None = None
    tags: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset({PUBLIC})
    last_page: int | None = None
    last_line: int | None = None
    valid_from: float | None = None
    valid_until: float | None = None

    def valid_at(self, moment: float) -> bool:
        """Say whether it may be found at a moment (seconds since 1970)."""
        begun = self.valid_from is None or self.valid_from <= moment
        return begun and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True, slots=True)
class Filter:
    """Who asks and what may be seen; applied before ranking. None or empty means no restriction of that kind.

    `at` is the moment that passages must be valid at (seconds since 1970); None is now.
    """

    tenant: str
    groups: frozenset[str] = frozenset({PUBLIC})
    domain: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    at: float | None = None

    def admits(self, chunk: Chunk) -> bool:
        """Say whether this reader may see `chunk`."""
        return (
            chunk.tenant == self.tenant
            and not self.groups.isdisjoint(chunk.access)
            and (self.domain is None or chunk.domain == self.domain)
            and (self.language is None or chunk.language == self.language)
            and self.tags <= chunk.tags
            and chunk.valid_at(time.time() if self.at is None else self.at)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A found chunk. `score` is the fused score used for ranking; the parts explain it.

    `similarity` is the cosine of question and passage,
    `lexical` the BM25 score (None when no word is shared); `balanced` is the cosine without what the two
    languages alone contribute, which is what ranks texts of several languages together; `coverage` is the BM25
    score as a share of the highest that the question can get (0 to 1); `meaning` is the cosine, centred by language,
    of the question with the passage and with its nearest sentence (their mean): what the dense ranking goes by.
    `context` holds, where it was asked for, the chunks it stands among in its document, itself included, in order.
    """

    chunk: Chunk
    score: float
    similarity: float | None = None
    lexical: float | None = None
    balanced: float | None = None
    coverage: float | None = None
    meaning: float | None = None
    context: tuple[Chunk, ...] = ()

    def widened(self) -> Hit:
        """The same hit with the text of its context in place of the passage's own, as one passage.

        What two neighbours repeat (chunks overlap) is there once; pages and lines say where all of it stands.
        """
        if not self.context:
            return self
        first, last = self.context[0], self.context[-1]
        text = first.text
        for before, after in pairwise(self.context):
            text += _continued(before.text, after.text)
        whole = replace(
            self.chunk, text=text, page=first.page, line=first.line, last_page=last.last_page, last_line=last.last_line
        )
        return replace(self, chunk=whole)


def _continued(before: str, after: str) -> str:
    """What `after` adds to `before`, with a paragraph's end between them where nothing overlaps."""
    for length in range(min(len(before), len(after)), 0, -1):
        if before.endswith(after[:length]):
            return after[length:]
    return "\n\n" + after


@dataclass(frozen=True, slots=True)
class Upsert:
    """Change number `sequence`: `chunk` with its passage embedding (shape [dimension]) is new or replaced.

    `sentences`, where they were embedded, tell passages apart that are about the same thing.
    """

    sequence: int
    chunk: Chunk
    vector: Vectors = field(repr=False)
    sentences: Codes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """Change number `sequence`: the chunk is gone."""

    sequence: int
    chunk_id: str


Change = Upsert | Delete
