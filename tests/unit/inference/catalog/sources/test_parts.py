import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.catalog.sources.parts import PartsFile

per_example = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
contents = st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=6)


def grow(folder: Any, parts: Any) -> Any:
    file = PartsFile(folder, "f")
    file.resume()
    for part in parts:
        file.append([part[:3], part[3:]])
    return file


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return lambda: tmp_path_factory.mktemp("parts")


@per_example
@given(parts=contents)
def test_parts_end_up_one_after_the_other(workspace: Any, parts: Any) -> None:
    file = grow(workspace(), parts)
    assert file.path.read_bytes() == b"".join(parts)
    assert file.size == len(b"".join(parts))


@per_example
@given(parts=contents, data=st.data())
def test_a_file_cut_anywhere_keeps_exactly_the_parts_that_are_whole(workspace: Any, parts: Any, data: Any) -> None:
    folder = workspace()
    file = grow(folder, parts)
    cut = data.draw(st.integers(0, file.size))
    with file.path.open("r+b") as stream:
        stream.truncate(cut)
    again = PartsFile(folder, "f")
    kept = again.resume()
    assert len(b"".join(parts[:kept])) <= cut
    assert kept == len(parts) or len(b"".join(parts[: kept + 1])) > cut
    for part in parts[kept:]:
        again.append([part])
    assert again.path.read_bytes() == b"".join(parts)


@per_example
@given(parts=contents, data=st.data())
def test_a_flipped_bit_costs_the_part_it_is_in_and_those_after(workspace: Any, parts: Any, data: Any) -> None:
    folder = workspace()
    file = grow(folder, parts)
    raw = bytearray(file.path.read_bytes())
    hit = data.draw(st.integers(0, len(raw) - 1))
    raw[hit] ^= 1
    file.path.write_bytes(bytes(raw))
    kept = PartsFile(folder, "f").resume()
    before = len(b"".join(parts[:kept]))
    assert before <= hit < before + len(parts[kept])


def test_bytes_beyond_the_journal_are_from_a_part_that_never_finished(tmp_path: Path) -> None:
    file = grow(tmp_path, [b"one", b"two"])
    with file.path.open("ab") as stream:
        stream.write(b"thr")
    again = PartsFile(tmp_path, "f")
    assert again.resume() == 2
    assert again.path.read_bytes() == b"onetwo"


def test_a_part_that_fails_midway_does_not_count(tmp_path: Path) -> None:
    def broken() -> Iterator[Any]:
        yield b"half"
        raise OSError("connection lost")

    file = grow(tmp_path, [b"one"])
    with pytest.raises(OSError, match="connection lost"):
        file.append(broken())
    again = PartsFile(tmp_path, "f")
    assert again.resume() == 1
    assert again.path.read_bytes() == b"one"


@pytest.mark.parametrize("journal", ["", "{", "[1]", '[{"bytes": "x", "sha256": 1}]', "null"])
def test_an_unreadable_journal_means_to_start_over(tmp_path: Path, journal: str) -> None:
    grow(tmp_path, [b"one", b"two"])
    (tmp_path / "f.parts.json").write_text(journal)
    again = PartsFile(tmp_path, "f")
    assert again.resume() == 0
    assert again.path.read_bytes() == b""


def test_the_journal_says_size_and_sum_of_each_part(tmp_path: Path) -> None:
    grow(tmp_path, [b"one"])
    (row,) = json.loads((tmp_path / "f.parts.json").read_text())
    assert row["bytes"] == 3
    assert row["sha256"].startswith("7692c3ad3540")
