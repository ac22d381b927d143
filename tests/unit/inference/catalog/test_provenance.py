import json
from pathlib import Path
from typing import Any

import pytest

from inference.catalog import provenance
from inference.catalog.errors import DamagedModel
from inference.catalog.registry import entry
from inference.catalog.types import Options

MODEL = entry("qwen2.5-coder-0.5b-moe")


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"graph")
    provenance.write(tmp_path, MODEL, Options(4, 2), lambda _: None)
    return tmp_path


def test_a_folder_says_where_it_came_from_and_how_it_was_made(folder: Any) -> None:
    record = provenance.read(folder)
    assert record.artefact_sha256 == MODEL.artefact.sha256
    assert record.licence == "Apache-2.0"
    assert (record.num_experts, record.top_k, record.experts) == (4, 2, "identical")
    assert set(record.files) == {"config.json", "onnx/model.onnx"}
    assert "transformers" in record.versions


def test_a_dense_model_and_an_encoder_have_no_experts(tmp_path: Path) -> None:
    provenance.write(tmp_path, MODEL, Options(0, 0), lambda _: None)
    assert provenance.read(tmp_path).experts is None
    provenance.write(tmp_path, entry("multilingual-e5-small"), None, lambda _: None)
    assert provenance.read(tmp_path).experts is None


def test_an_untouched_folder_passes(folder: Any) -> None:
    assert provenance.check(folder, thorough=True).name == MODEL.name


@pytest.mark.parametrize("thorough", [False, True])
def test_a_missing_file_is_named(folder: Any, thorough: Any) -> None:
    (folder / "onnx" / "model.onnx").unlink()
    with pytest.raises(DamagedModel, match=r"onnx/model\.onnx is missing"):
        provenance.check(folder, thorough=thorough)


def test_every_problem_is_listed(folder: Any) -> None:
    (folder / "config.json").write_text("{ }")
    (folder / "onnx" / "model.onnx").write_bytes(b"GRAPH")
    with pytest.raises(DamagedModel) as caught:
        provenance.check(folder, thorough=True)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("text", ["", "{}", "not json", json.dumps({"name": 1})])
def test_an_unreadable_provenance_is_damage_too(folder: Any, text: Any) -> None:
    (folder / provenance.FILE).write_text(text)
    with pytest.raises(DamagedModel, match="cannot be read"):
        provenance.check(folder, thorough=False)


def test_a_folder_without_provenance_is_not_one_of_ours(tmp_path: Path) -> None:
    with pytest.raises(DamagedModel, match="is missing"):
        provenance.read(tmp_path)


def test_a_folder_with_trained_experts_says_so_and_where_they_came_from(folder: Any, tmp_path: Path) -> None:
    trained = tmp_path / "trained"
    trained.mkdir()
    (trained / "config.json").write_text('{"num_experts_per_tok": 1}')
    base = provenance.read(folder)
    provenance.write_trained(trained, base, name="base", experts="trained: law", deltas="ab" * 32, top_k=1)
    record = provenance.check(trained, thorough=True)
    assert (record.experts, record.deltas_sha256, record.top_k) == ("trained: law", "ab" * 32, 1)
    assert (record.name, record.licence, record.num_experts) == (base.name, base.licence, 4)
    assert set(record.files) == {"config.json"}


def test_trained_experts_of_a_model_that_is_not_ours_have_a_provenance_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    provenance.write_trained(tmp_path, None, name="theirs", experts="trained: law", deltas="cd" * 32, top_k=2)
    record = provenance.check(tmp_path, thorough=True)
    assert (record.name, record.licence, record.upstream) == ("theirs", "unknown", "unknown")


def test_a_provenance_from_before_deltas_can_still_be_read(folder: Any) -> None:
    told = json.loads((folder / provenance.FILE).read_text())
    del told["deltas_sha256"]
    (folder / provenance.FILE).write_text(json.dumps(told))
    assert provenance.read(folder).deltas_sha256 is None
