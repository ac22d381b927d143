"""A generation large enough for codes: they are damaged, foreign, gone, and the one before serves."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexDamaged
from retrieval.indexes import generations
from retrieval.indexes.durable import sha256
from retrieval.indexes.faiss import save_base, train_base
from retrieval.indexes.generation import COARSE, folder_name
from retrieval.indexes.generations import GenerationStore
from retrieval.indexes.manifest import MANIFEST, FileFact, read_manifest
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter, Upsert
from tests.unit.retrieval.conftest import HashingEncoder, MakeUpsert

COUNT = 1_200
FEW = Filter("acme")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GenerationStore:
    """Builds codes in the lists of an inverted file from the first row on."""
    monkeypatch.setattr(generations, "train_base", partial(train_base, exact_below=1))
    return GenerationStore(tmp_path / "index")


@pytest.fixture(scope="module")
def upserts(make_upsert: MakeUpsert) -> list[Upsert]:
    return [make_upsert(n, f"Rule {n} of chapter {n % 97} is about thing {n * 7 % 1009}.") for n in range(1, COUNT + 1)]


@pytest.fixture
def two(store: GenerationStore, upserts: list[Upsert]) -> Path:
    """Generations 1 (a hundred chunks fewer) and 2 (all); returns the folder of the second."""
    store.build(upserts[:-100], COUNT - 100, "hashing@1").close()
    store.build(upserts, COUNT, "hashing@1").close()
    return store.verify(2).folder


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flipped(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[int((len(data) - 1) * place)] ^= 0x40
    path.write_bytes(bytes(data))


def _of_the_other(path: Path) -> None:
    shutil.copy(path.parent.parent / folder_name(1) / path.name, path)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "cut": _cut,
    "empty": _empty,
    "gone": Path.unlink,
    "first byte": partial(_flipped, place=0.0),
    "a byte within": partial(_flipped, place=0.5),
    "last byte": partial(_flipped, place=1.0),
    "of the generation before": _of_the_other,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_codes_are_noticed_and_the_generation_before_serves(
    store: GenerationStore, two: Path, damage: Callable[[Path], None], hashing: HashingEncoder
) -> None:
    damage(two / COARSE)
    with pytest.raises(IndexDamaged):
        store.verify(2)
    opened = store.current()
    assert opened is not None
    assert opened.number == 1
    assert opened.coarse is not None
    retriever = HybridRetriever(hashing, generation=opened)
    assert retriever.search("Rule 44 of chapter 44", FEW)[0].chunk.text.startswith("Rule 44 ")


def _signed(folder: Path) -> None:
    """Let the manifest say what the file is now, as if whoever wrote the wrong one had written both."""
    manifest = read_manifest(folder)
    path = folder / COARSE
    facts = {**manifest.files, COARSE: FileFact(bytes=path.stat().st_size, sha256=sha256(path))}
    (folder / MANIFEST).write_text(manifest.model_copy(update={"files": facts}).model_dump_json())


def test_codes_of_other_chunks_are_refused_though_their_checksum_fits(store: GenerationStore, two: Path) -> None:
    _of_the_other(two / COARSE)
    _signed(two)
    with pytest.raises(IndexDamaged, match=f"{COUNT - 100} codes"):
        store.verify(2)


@pytest.mark.parametrize("content", [b"", b"not an index", b"IxSQ" + b"\x00" * 64])
def test_what_faiss_cannot_read_is_damage_and_no_crash(store: GenerationStore, two: Path, content: bytes) -> None:
    (two / COARSE).write_bytes(content)
    _signed(two)
    with pytest.raises(IndexDamaged):
        store.verify(2)
    opened = store.current()
    assert opened is not None
    assert opened.number == 1


def test_each_chunk_is_its_own_nearest_with_its_exact_cosine(
    store: GenerationStore, two: Path, upserts: list[Upsert], hashing: HashingEncoder
) -> None:
    """Codes only find candidates: what is returned was scored with the vectors themselves."""
    retriever = HybridRetriever(hashing, generation=store.verify(2))
    for row in range(0, COUNT, 25):
        found = dict(retriever.nearest(upserts[row].vector, 10))
        assert found[row] == pytest.approx(1.0, abs=1e-5)
        for other, cosine in found.items():
            assert cosine == pytest.approx(float(upserts[other].vector @ upserts[row].vector), abs=1e-5)


def test_a_chunk_replaced_beside_the_codes_is_found_once(
    store: GenerationStore, two: Path, upserts: list[Upsert], hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    retriever = HybridRetriever(hashing, generation=store.verify(2))
    old = upserts[43].chunk
    retriever.apply([make_upsert(COUNT + 1, "Rule 44 was rewritten: unicorns.", id=old.id)])
    hits = retriever.search("unicorns rewritten", FEW)
    assert hits[0].chunk.id == old.id
    assert [hit.chunk.id for hit in hits].count(old.id) == 1
    assert retriever.size == COUNT
    assert old.text not in {hit.chunk.text for hit in retriever.search(old.text, FEW, k=50)}


def test_saved_codes_are_the_same_when_they_are_opened(tmp_path: Path, upserts: list[Upsert]) -> None:
    vectors = np.stack([upsert.vector for upsert in upserts])
    trained = train_base(vectors, exact_below=1)
    assert trained is not None
    save_base(trained, tmp_path / "codes.faiss")
    assert (tmp_path / "codes.faiss").stat().st_size > COUNT * vectors.shape[1]
