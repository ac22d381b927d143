from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexDamaged, IndexNotWritten
from retrieval.indexes.generation import folder_name
from retrieval.indexes.generations import CURRENT, GenerationStore
from retrieval.sentences import quantise
from retrieval.types import Upsert
from tests.unit.retrieval.conftest import MakeUpsert

TEXTS = ["Refunds take five days.", "退款需要五天。", "Shipping is free.", "Passwords expire yearly."]


@pytest.fixture
def upserts(make_upsert: MakeUpsert) -> list[Upsert]:
    """Four chunks, all but the first with their sentences."""
    made = [make_upsert(number, text) for number, text in enumerate(TEXTS, start=1)]
    return [made[0], *(replace(upsert, sentences=quantise(upsert.vector[np.newaxis])) for upsert in made[1:])]


@pytest.fixture
def store(tmp_path: Path) -> GenerationStore:
    return GenerationStore(tmp_path / "index")


@pytest.fixture
def two(store: GenerationStore, upserts: list[Upsert], tmp_path: Path) -> Path:
    """A store with generations 1 (three chunks, sequence 3) and 2 (four chunks, sequence 4)."""
    store.build(upserts[:3], 3, "hashing@1").close()
    store.build(upserts, 4, "hashing@1").close()
    return tmp_path / "index"


def test_before_the_first_build_there_is_nothing(store: GenerationStore) -> None:
    assert store.current() is None
    assert store.current_number() is None
    assert store.numbers() == []


def test_what_was_built_can_be_opened_again(store: GenerationStore, upserts: list[Upsert]) -> None:
    built = store.build(upserts, 9, "hashing@1")
    opened = store.current()
    assert opened is not None
    assert opened.manifest == built.manifest
    assert (opened.number, opened.sequence, opened.manifest.count) == (1, 9, 4)
    assert [opened.chunks.read(row) for row in range(4)] == [upsert.chunk for upsert in upserts]
    np.testing.assert_array_equal(opened.vectors, np.stack([upsert.vector for upsert in upserts]))
    assert opened.words.frequency("refund") == 1


def test_progress_counts_chunks(store: GenerationStore, upserts: list[Upsert]) -> None:
    seen: list[int] = []
    store.build(upserts, 4, "hashing@1", seen.append)
    assert seen == [1, 2, 3, 4]


def test_an_index_of_nothing_is_an_index(store: GenerationStore) -> None:
    store.build([], 0, "hashing@1", dimension=32)
    opened = store.current()
    assert opened is not None
    assert (opened.manifest.count, opened.vectors.shape) == (0, (0, 32))


def test_each_build_is_a_new_generation_and_two_are_kept(store: GenerationStore, upserts: list[Upsert]) -> None:
    for sequence in range(1, 5):
        store.build(upserts, sequence, "hashing@1")
    assert store.numbers() == [3, 4]
    assert store.current_number() == 4


def test_a_reader_keeps_its_generation_while_others_are_built(store: GenerationStore, upserts: list[Upsert]) -> None:
    reader = store.build(upserts, 1, "hashing@1")
    for sequence in (2, 3, 4):
        store.build(upserts[:1], sequence, "hashing@1")
    assert not reader.folder.exists()
    assert reader.chunks.read(2).text == TEXTS[2]
    assert np.linalg.norm(reader.vectors[2]) == pytest.approx(1.0, abs=1e-5)


def test_the_files_are_only_for_their_owner(two: Path) -> None:
    assert two.stat().st_mode & 0o077 == 0
    assert (two / folder_name(2)).stat().st_mode & 0o077 == 0


def test_nothing_is_pickled(two: Path) -> None:
    names = {path.suffix for path in two.rglob("*") if path.is_file() and path.parent != two}
    assert names == {".npy", ".json", ".sqlite"}
    for path in two.rglob("*.npy"):
        assert np.load(path, allow_pickle=False) is not None


Damage = Callable[[Path], None]


def _cut(name: str, keep: float) -> Damage:
    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * keep)])

    return damage


def _flip(name: str, place: float) -> Damage:
    def damage(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[int((len(data) - 1) * place)] ^= 0x10
        (folder / name).write_bytes(bytes(data))

    return damage


def _gone(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def _extra(folder: Path) -> None:
    (folder / "surprise.bin").write_bytes(b"x")


def _from_the_other(name: str) -> Damage:
    return lambda folder: shutil.copy(folder.parent / folder_name(1) / name, folder / name) and None


def _whole_folder_of_the_other(folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(folder.parent / folder_name(1), folder)


def _longer(name: str) -> Damage:
    def damage(folder: Path) -> None:
        with (folder / name).open("ab") as file:
            file.write(b"\x00" * 16)

    return damage


def _manifest(**changes: object) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return damage


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


FILES = [
    *("sentences.npy", "sentence_ends.npy", "vectors.npy", "chunks.sqlite"),
    *("lexical/data.npy", "lexical/indptr.npy", "lexical/vocabulary.json"),
]
DAMAGES: dict[str, Damage] = {
    **{f"{name} cut to half": _cut(name, 0.5) for name in FILES},
    **{f"{name} emptied": _cut(name, 0.0) for name in FILES},
    **{f"{name}, one bit at {place}": _flip(name, place) for name in FILES for place in (0.0, 0.5, 1.0)},
    **{f"{name} missing": _gone(name) for name in [*FILES, "manifest.json", "lexical/indices.npy"]},
    **{f"{name} longer": _longer(name) for name in FILES},
    **{f"{name} from the generation before": _from_the_other(name) for name in [*FILES, "manifest.json"]},
    "manifest cut": _cut("manifest.json", 0.7),
    "manifest empty": _cut("manifest.json", 0.0),
    "a file nobody wrote": _extra,
    "the folder of the generation before": _whole_folder_of_the_other,
    "the folder emptied": _emptied,
    "wrong count": _manifest(count=3),
    "wrong dimension": _manifest(dimension=31),
    "wrong number": _manifest(number=1),
    "wrong format": _manifest(format=99),
    "no files": _manifest(files={}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_noticed_and_the_generation_before_serves(
    store: GenerationStore, two: Path, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    damage(two / folder_name(2))
    with pytest.raises(IndexDamaged):
        store.verify(2)
    opened = store.current()
    assert opened is not None
    assert (opened.number, opened.sequence) == (1, 3)
    assert [opened.chunks.read(row).text for row in range(3)] == TEXTS[:3]
    assert "passed over" in caplog.text


def test_when_every_generation_is_damaged_it_says_so(store: GenerationStore, two: Path) -> None:
    for number in (1, 2):
        _flip("vectors.npy", 0.9)(two / folder_name(number))
    with pytest.raises(IndexDamaged, match="build the index again"):
        store.current()


def test_vectors_that_are_not_of_length_one_are_refused_at_build(
    store: GenerationStore, upserts: list[Upsert], two: Path
) -> None:
    long = Upsert(5, upserts[0].chunk, upserts[0].vector * 3)
    with pytest.raises(IndexNotWritten, match="length one"):
        store.build([long], 5, "hashing@1")
    assert store.current_number() == 2
    assert store.numbers() == [1, 2]


@pytest.mark.parametrize("text", ["", "gen-7", "gen-000099\n", "nonsense", "\x00"])
def test_a_broken_current_falls_back_to_the_newest_whole_generation(
    store: GenerationStore, two: Path, text: str
) -> None:
    (two / CURRENT).write_text(text)
    opened = store.current()
    assert opened is not None
    assert opened.number == 2


def test_a_missing_current_falls_back_too(store: GenerationStore, two: Path) -> None:
    (two / CURRENT).unlink()
    opened = store.current()
    assert opened is not None
    assert opened.number == 2


def test_current_may_point_back(store: GenerationStore, two: Path) -> None:
    (two / CURRENT).write_text(f"{folder_name(1)}\n")
    opened = store.current()
    assert opened is not None
    assert opened.number == 1


def test_a_build_that_fails_half_way_leaves_no_trace(store: GenerationStore, two: Path, upserts: list[Upsert]) -> None:
    def broken() -> Iterator[Upsert]:
        yield upserts[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="database"):
        store.build(broken(), 5, "hashing@1")
    assert store.numbers() == [1, 2]
    assert not list(two.glob("*.tmp"))
    assert store.current_number() == 2


def test_the_same_chunk_twice_is_refused(store: GenerationStore, two: Path, upserts: list[Upsert]) -> None:
    with pytest.raises(IndexNotWritten):
        store.build([upserts[0], upserts[0]], 5, "hashing@1")
    assert store.current_number() == 2


def test_leftovers_of_a_killed_builder_are_swept(store: GenerationStore, two: Path, upserts: list[Upsert]) -> None:
    (two / "gen-000003.tmp").mkdir()
    (two / "gen-000003.tmp" / "vectors.npy").write_bytes(b"half")
    store.build(upserts, 5, "hashing@1")
    assert not list(two.glob("*.tmp"))
    assert store.current_number() == 3


_FULL_DISK = """
    import resource, signal, sys
    from pathlib import Path
    import numpy as np
    from retrieval.errors import IndexNotWritten
    from retrieval.indexes.generations import GenerationStore
    from retrieval.types import Chunk, Upsert

    def upserts():
        vector = np.zeros(32, dtype=np.float32)
        vector[0] = 1.0
        for number in range(400):
            yield Upsert(number, Chunk(str(number), "d", 1, "0" * 64, "t", f"text {number} " * 20, "", "en"), vector)

    store = GenerationStore(Path(sys.argv[1]))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        store.build(upserts(), 5, "hashing@1")
    except IndexNotWritten as error:
        print("refused:", error)
"""


@pytest.mark.parametrize("room", [0, 4_000, 20_000, 45_000])
def test_a_full_disk_is_a_clear_error_and_the_old_generation_stays(
    store: GenerationStore, two: Path, room: int
) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_FULL_DISK), str(two), str(room)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert "refused: no new index" in done.stdout, done.stderr
    assert "free some disk" in done.stdout
    assert store.numbers() == [1, 2]
    assert not list(two.glob("*.tmp"))
    opened = store.current()
    assert opened is not None
    assert opened.number == 2


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    import numpy as np
    import retrieval.indexes.generations as generations
    from retrieval.types import Chunk, Upsert

    step, seen = int(sys.argv[2]), 0

    def counted(function):
        def wrapper(*args, **kwargs):
            global seen
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1
            return function(*args, **kwargs)
        return wrapper

    for name in ("_write", "_facts", "sync_tree", "sync", "replace_text", "open_generation"):
        setattr(generations, name, counted(getattr(generations, name)))
    Path.rename = counted(Path.rename)
    vector = np.zeros(32, dtype=np.float32)
    vector[0] = 1.0
    chunk = Chunk("new", "d", 1, "0" * 64, "t", "new text", "", "en")
    generations.GenerationStore(Path(sys.argv[1])).build([Upsert(5, chunk, vector)], 5, "hashing@1")
"""


@pytest.mark.parametrize("step", range(8))
def test_killed_at_any_step_the_store_opens_whole(store: GenerationStore, two: Path, step: int) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_KILLED), str(two), str(step)]
    subprocess.run(command, capture_output=True, timeout=120, check=False)
    opened = store.current()
    assert opened is not None
    assert opened.number in {2, 3}
    assert opened.manifest.count == (1 if opened.number == 3 else 4)
