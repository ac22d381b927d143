from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.config import ChunkingConfig, IngestConfig, LoaderLimits
from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.ingest import ChunkMeta, File, chunk_id, encode, prepare, prepare_many
from retrieval.passage import searchable
from retrieval.types import Vectors
from tests.unit.retrieval.conftest import HashingEncoder

SOURCE = "# Refunds\n\nFive days.\n\n## 退款\n\n五天到账。\n".encode()
META = ChunkMeta("acme", "doc-1", revision=3)


def test_a_file_becomes_chunks_that_know_where_they_come_from(hashing: HashingEncoder) -> None:
    meta = ChunkMeta(
        "acme", "doc-1", 3, title="Rules", domain="finance", url="https://e.com", tags=frozenset({"t"}),
        access=frozenset({"staff"}),
    )  # fmt: skip
    chunks = [chunk for chunk, _ in prepare(SOURCE, "rules.md", meta, hashing)]
    assert [(chunk.text, chunk.headings, chunk.language, chunk.ordinal) for chunk in chunks] == [
        ("Five days.", ("Refunds",), "en", 0),
        ("五天到账。", ("Refunds", "退款"), "zh", 1),
    ]
    for chunk in chunks:
        assert (chunk.tenant, chunk.document, chunk.revision, chunk.title) == ("acme", "doc-1", 3, "Rules")
        assert (chunk.domain, chunk.url, chunk.tags, chunk.access) == (
            "finance", "https://e.com", frozenset({"t"}), frozenset({"staff"}),
        )  # fmt: skip
        assert chunk.checksum == hashlib.sha256(SOURCE).hexdigest()


def test_vectors_are_those_of_title_headings_and_text(hashing: HashingEncoder) -> None:
    for chunk, vector in prepare(SOURCE, "rules.md", META, hashing):
        np.testing.assert_array_equal(vector, hashing.encode_passages([searchable(chunk)])[0])


def test_a_path_and_its_bytes_give_the_same(tmp_path: Path, hashing: HashingEncoder) -> None:
    path = tmp_path / "upload-17"
    path.write_bytes(SOURCE)
    from_path = prepare(path, "rules.md", META, hashing)
    from_bytes = prepare(SOURCE, "rules.md", META, hashing)
    assert [chunk for chunk, _ in from_path] == [chunk for chunk, _ in from_bytes]


def test_the_same_input_gives_the_same_ids_and_vectors(hashing: HashingEncoder) -> None:
    one, other = (prepare(SOURCE, "rules.md", META, hashing) for _ in range(2))
    assert [chunk.id for chunk, _ in one] == [chunk.id for chunk, _ in other]
    for (_, mine), (_, theirs) in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize(
    ("data", "filename", "title", "expected"),
    [
        (SOURCE, "a.md", "Given", "Given"),
        (SOURCE, "a.md", "", "Refunds"),
        (b"text", "退款 说明.txt", "", "退款 说明"),
    ],
)
def test_the_title_is_given_or_the_file_s_or_its_name(
    hashing: HashingEncoder, data: bytes, filename: str, title: str, expected: str
) -> None:
    (chunk, _), *_ = prepare(data, filename, ChunkMeta("acme", "d", title=title), hashing)
    assert chunk.title == expected


def test_a_language_that_is_given_is_believed(hashing: HashingEncoder) -> None:
    rows = prepare(SOURCE, "a.md", ChunkMeta("acme", "d", language="zh"), hashing)
    assert {chunk.language for chunk, _ in rows} == {"zh"}


def test_long_texts_are_cut_to_the_sizes_asked_for(hashing: HashingEncoder) -> None:
    config = IngestConfig(chunking=ChunkingConfig(target=20, most=30, overlap=0), batch=3)
    rows = prepare(b"One sentence of six words. " * 60, "a.txt", META, hashing, config)
    assert len(rows) > 10
    assert [chunk.ordinal for chunk, _ in rows] == list(range(len(rows)))
    assert all(vector.shape == (hashing.dimension,) for _, vector in rows)


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.txt", "empty_file"),
        (b"x", "a.exe", "unknown_format"),
        (b"\x00\x01" * 300, "a.txt", "wrong_encoding"),
        (b"not a pdf", "a.pdf", "damaged"),
        (b" ", "a.md", "no_text"),
        (b"x" * 2000, "a.txt", "too_large"),
    ],
)
def test_bad_files_end_in_a_code(hashing: HashingEncoder, data: bytes, filename: str, code: str) -> None:
    config = IngestConfig(limits=LoaderLimits(bytes=1000))
    with pytest.raises(UnreadableDocument) as caught:
        prepare(data, filename, META, hashing, config)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "filename",
    ["../../etc/passwd.txt", "/etc/passwd.txt", "a\x00b.txt", "x" * 400 + ".txt", "..txt", "退" * 200 + ".txt"],
)
def test_a_hostile_file_name_does_no_harm(hashing: HashingEncoder, filename: str) -> None:
    assert prepare(b"text", filename, META, hashing)[0][0].text == "text"


@pytest.mark.parametrize("filename", ["", ".", "noending"])
def test_a_name_that_says_nothing_is_an_unknown_format(hashing: HashingEncoder, filename: str) -> None:
    with pytest.raises(UnknownFormat):
        prepare(b"text", filename, META, hashing)


PLACES = st.tuples(st.text(max_size=4), st.text(max_size=4), st.integers(0, 30), st.integers(0, 30))


@given(PLACES, PLACES)
def test_ids_are_equal_exactly_for_equal_places(
    one: tuple[str, str, int, int], other: tuple[str, str, int, int]
) -> None:
    assert (chunk_id(*one) == chunk_id(*other)) == (one == other)


def test_files_prepared_together_are_what_each_is_alone(hashing: HashingEncoder) -> None:
    sources = [SOURCE, b"", "# 很长\n\n".encode() + "一段很长的中文。".encode() * 300, b"\x00\xff\x00" * 50, b"plain"]
    files = [File(data, f"{number}.md", ChunkMeta("acme", str(number))) for number, data in enumerate(sources)]
    told: list[tuple[int, int]] = []
    found = prepare_many(files, hashing, IngestConfig(batch=2), progress=lambda done, total: told.append((done, total)))
    for file, outcome in zip(files, found, strict=True):
        if isinstance(outcome, UnreadableDocument):
            with pytest.raises(UnreadableDocument, match=re.escape(str(outcome))):
                prepare(file.data, file.filename, file.meta, hashing)
            continue
        alone = prepare(file.data, file.filename, file.meta, hashing)
        assert [chunk for chunk, _ in outcome] == [chunk for chunk, _ in alone]
        for (_, mine), (_, theirs) in zip(outcome, alone, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert [isinstance(outcome, UnreadableDocument) for outcome in found] == [False, True, False, True, False]
    total = sum(len(outcome) for outcome in found if not isinstance(outcome, UnreadableDocument))
    assert told[-1] == (total, total)
    assert prepare_many([], hashing) == []


def test_texts_of_like_length_are_encoded_together(hashing: HashingEncoder) -> None:
    class Noting(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            lengths.append([len(text) for text in texts])
            return super().encode_passages(texts)

    lengths: list[list[int]] = []
    chunks = [
        chunk
        for words in (3, 90, 5, 80, 4, 95)
        for chunk, _ in prepare(b"word " * words, "a.txt", ChunkMeta("acme", str(words)), hashing)
    ]
    np.testing.assert_array_equal(encode(chunks, Noting(), batch=3), encode(chunks, hashing))
    assert max(lengths[0]) < min(lengths[1])
