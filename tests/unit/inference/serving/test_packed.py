"""Which folder the packed weights of a model lie in, and which of them are removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from inference.serving import packed
from inference.serving.config import Weights

LIBRARY = Path("/kernels/abc/libhouse_experts.so")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "provenance.json", "model.safetensors"):
        (folder / name).write_text("{}")
    return folder


def digest(tmp_path: Path, model: Path, library: Path = LIBRARY, weights: Weights = Weights.INT4) -> str:
    found = packed.folder(tmp_path / "packed", model, library, weights)
    assert found is not None
    assert found.is_dir()
    return found.name


def test_the_same_model_and_kernel_are_the_same_folder(tmp_path: Path, model: Path) -> None:
    assert digest(tmp_path, model) == digest(tmp_path, model)


def test_another_kernel_or_format_is_another_folder(tmp_path: Path, model: Path) -> None:
    names = {
        digest(tmp_path, model),
        digest(tmp_path, model, library=Path("/kernels/abd/libhouse_experts.so")),
        digest(tmp_path, model, weights=Weights.INT8),
    }
    assert len(names) == 3


@pytest.mark.parametrize("name", ["config.json", "provenance.json", "model.safetensors"])
def test_a_changed_file_is_another_folder(tmp_path: Path, model: Path, name: str) -> None:
    before = digest(tmp_path, model)
    about = (model / name).stat()
    (model / name).write_text("[]")  # as long as before
    os.utime(model / name, ns=(about.st_atime_ns, about.st_mtime_ns + 1_000_000))
    assert digest(tmp_path, model) != before


def test_another_processor_is_another_folder(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(tmp_path, model)
    monkeypatch.setattr(packed, "_processor", lambda: "sse2")
    assert digest(tmp_path, model) != before


def test_a_cache_that_cannot_be_made_is_done_without(
    tmp_path: Path, model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert packed.folder(tmp_path / "file", model, LIBRARY, Weights.INT4) is None
    assert "packed at each start" in caplog.text


def test_what_was_used_longest_ago_goes_first_and_the_one_in_use_stays(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "middle", "oldest", "mine")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "layer.packed").write_bytes(bytes(100))
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    gone = packed.prune(tmp_path, tmp_path / "mine", limit=250)
    assert [path.name for path in gone] == ["oldest", "middle"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "newest"]


def test_below_the_limit_nothing_goes_but_what_a_killed_server_left(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / ".layer.packed.4711.tmp").write_bytes(bytes(10))
    (mine / "layer.packed").write_bytes(bytes(10))
    assert packed.prune(tmp_path, mine, limit=100) == []
    assert [path.name for path in mine.iterdir()] == ["layer.packed"]


def test_an_update_of_the_kernel_leaves_no_second_copy_of_a_model(tmp_path: Path, model: Path) -> None:
    cache = tmp_path / "packed"
    old, other = digest(tmp_path, model), digest(tmp_path, model, weights=Weights.INT8)
    mine = digest(tmp_path, model, library=Path("/kernels/abd/libhouse_experts.so"))
    for name in (old, other, mine):
        (cache / name / "layer.packed").write_bytes(bytes(100))
    assert packed.prune(cache, cache / mine, limit=1000) == [cache / old]
    assert sorted(path.name for path in cache.iterdir()) == sorted([other, mine])
