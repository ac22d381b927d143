"""A file into chunks with vectors: load, chunk, encode."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from retrieval.chunking.structure import split
from retrieval.config import IngestConfig, LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.language import detect
from retrieval.loaders import for_file
from retrieval.loaders.given import as_file
from retrieval.passage import searchable
from retrieval.protocols import Encoder
from retrieval.sentences import encode_sentences
from retrieval.types import PUBLIC, Chunk, ParsedDocument, Upsert, Vectors

Parse = Callable[[Path, str, LoaderLimits], ParsedDocument]
"""Reads a file by the loader of its name: here, or in a child (`retrieval.loaders.isolated`)."""

ParseEach = Callable[[Sequence[tuple[bytes, str]], LoaderLimits], Iterator[ParsedDocument | UnreadableDocument]]
"""Reads files (bytes, name) one after the other; what cannot be read gives its error in its place."""

Prepared = list[tuple[Chunk, Vectors]]
"""Chunks of a file, each with its passage embedding [dimension]."""

Progress = Callable[[int, int], None]
"""Told how many chunks are encoded, and of how many; what it raises ends the work."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChunkMeta:
    """What the chunks of a file get from outside it. An empty title is filled from the file or its name.

    `language` None: told for each chunk from its text. `checksum` None: the SHA-256 of the file's bytes.
    """

    tenant: str
    document: str
    revision: int = 1
    title: str = ""
    language: str | None = None
    domain: str = "general"
    checksum: str | None = None
    url: str | None = None
    tags: frozenset[str] = frozenset()
    access: frozenset[str] = frozenset({PUBLIC})
    valid_from: float | None = None
    valid_until: float | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read, as bytes, and what its chunks get from outside it."""

    data: bytes
    filename: str
    meta: ChunkMeta


def parse_here(path: Path, filename: str, limits: LoaderLimits) -> ParsedDocument:
    """Parse in this process: for files one trusts. Raises UnreadableDocument."""
    return for_file(filename, limits).load(path)


def each_by(parse: Parse) -> ParseEach:
    """Read several files by a reader of single ones."""

    def each(files: Sequence[tuple[bytes, str]], limits: LoaderLimits) -> Iterator[ParsedDocument | UnreadableDocument]:
        for data, filename in files:
            try:
                with as_file(data, filename) as path:
                    outcome: ParsedDocument | UnreadableDocument = parse(path, filename, limits)
            except UnreadableDocument as error:
                outcome = error
            yield outcome

    return each


def prepare(
    source: Path | bytes,
    filename: str,
    meta: ChunkMeta,
    encoder: Encoder,
    config: IngestConfig | None = None,
    *,
    parse: Parse = parse_here,
    progress: Progress | None = None,
) -> Prepared:
    """Load, chunk and encode one file; returns each chunk with its passage embedding [dimension].

    Deterministic: the same bytes, meta and encoder give the same ids and vectors.
    Raises UnreadableDocument with the code empty_file, unknown_format, wrong_encoding, encrypted, damaged,
    too_large or no_text, and from a child timeout or crashed_parser (texts for users: `retrieval.messages`).
    """
    config = config or IngestConfig()
    with as_file(source, filename) as path:
        document = parse(path, filename, config.limits)
        checksum = meta.checksum or hashlib.sha256(path.read_bytes()).hexdigest()
    chunks = cut(document, filename, meta, checksum, encoder, config)
    vectors = encode(chunks, encoder, config.batch, progress)
    return list(zip(chunks, vectors, strict=True))


def prepare_many(
    files: Sequence[File],
    encoder: Encoder,
    config: IngestConfig | None = None,
    *,
    parse: ParseEach | None = None,
    progress: Progress | None = None,
) -> list[Prepared | UnreadableDocument]:
    """Load, chunk and encode files together; a file that cannot be read gives its error in its place.

    What each gives is what `prepare` gives; of many chunks the encoder can put those of like length together, and all
    its threads have something to do.
    """
    config = config or IngestConfig()
    outcomes = (parse or each_by(parse_here))([(file.data, file.filename) for file in files], config.limits)
    found: list[list[Chunk] | UnreadableDocument] = []
    for file, outcome in zip(files, outcomes, strict=True):
        if isinstance(outcome, UnreadableDocument):
            found.append(outcome)
        else:
            checksum = file.meta.checksum or hashlib.sha256(file.data).hexdigest()
            found.append(cut(outcome, file.filename, file.meta, checksum, encoder, config))
    every = [chunk for one in found if not isinstance(one, UnreadableDocument) for chunk in one]
    vectors = iter(encode(every, encoder, config.batch, progress))
    return [one if isinstance(one, UnreadableDocument) else [(chunk, next(vectors)) for chunk in one] for one in found]


def upserts_of(
    folder: Path, encoder: Encoder, *, tenant: str, first: int = 1, config: IngestConfig | None = None
) -> Iterator[Upsert]:
    """Every file below a folder as numbered changes, sentences included; a document's name is its path in the folder.

    Parses in this process: for files one trusts. A file that cannot be read is left out, and a warning says why.
    """
    number = first
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        try:
            prepared = prepare(path, path.name, ChunkMeta(tenant, name), encoder, config)
        except UnreadableDocument as error:
            _log.warning("%s is left out: %s", name, error)
            continue
        codes = encode_sentences([chunk for chunk, _ in prepared], encoder)
        for (chunk, vector), sentences in zip(prepared, codes, strict=True):
            yield Upsert(number, chunk, vector, sentences)
            number += 1


def cut(
    document: ParsedDocument, filename: str, meta: ChunkMeta, checksum: str, encoder: Encoder, config: IngestConfig
) -> list[Chunk]:
    """Cut a parsed document into chunks, in reading order."""
    title = meta.title or document.title or PurePath(filename).stem
    return [
        Chunk(
            id=chunk_id(meta.tenant, meta.document, meta.revision, ordinal),
            document=meta.document,
            revision=meta.revision,
            checksum=checksum,
            tenant=meta.tenant,
            text=passage.text,
            title=title,
            language=meta.language or detect(passage.text),
            domain=meta.domain,
            ordinal=ordinal,
            headings=passage.headings,
            page=passage.page,
            line=passage.line,
            url=meta.url,
            tags=meta.tags,
            access=meta.access,
            last_page=passage.last_page,
            last_line=passage.last_line,
            valid_from=meta.valid_from,
            valid_until=meta.valid_until,
        )
        for ordinal, passage in enumerate(split(document, encoder.count_tokens, config.chunking))
    ]


def encode(chunks: list[Chunk], encoder: Encoder, batch: int = 64, progress: Progress | None = None) -> Vectors:
    """Embed chunks; returns [len(chunks), dimension] float32."""
    texts = [searchable(chunk) for chunk in chunks]
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))  # what is encoded together is padded least
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    for start in range(0, len(texts), batch):
        rows = order[start : start + batch]
        vectors[rows] = encoder.encode_passages([texts[row] for row in rows])
        if progress is not None:
            progress(min(start + batch, len(texts)), len(texts))
    return vectors


def chunk_id(tenant: str, document: str, revision: int, ordinal: int) -> str:
    """Id of a chunk: the same for the same place in the same revision, different for all others."""
    parts = (tenant, document, str(revision), str(ordinal))
    key = "".join(f"{len(part)}:{part}" for part in parts)  # lengths, so that no two lists of parts look alike
    return hashlib.sha256(key.encode()).hexdigest()[:32]
