import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from inference.catalog.converters.safetensors_stream import StreamedTensor, write_shards


def tensor(name: str, values: Any, copies: Any = ()) -> Any:
    return StreamedTensor((name, *copies), values.shape, lambda: [values.tobytes()], dtype="F32")


def load(folder: Any) -> Any:
    return {name: values for path in folder.glob("*.safetensors") for name, values in load_file(path).items()}


shapes = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(shapes=shapes, limit=st.integers(1, 400))
def test_the_reference_reader_gets_back_what_was_written_however_it_is_sharded(
    tmp_path_factory: pytest.TempPathFactory, shapes: Any, limit: Any
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    values = {f"t{n}": np.random.default_rng(n).random(shape, np.float32) for n, shape in enumerate(shapes)}
    write_shards(folder, [tensor(name, array) for name, array in values.items()], lambda _: None, limit)
    read = load(folder)
    assert read.keys() == values.keys()
    for name, array in values.items():
        np.testing.assert_array_equal(read[name], array)


def test_a_tensor_with_several_names_is_written_under_each(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    write_shards(tmp_path, [tensor("a", values, ("b", "c"))], lambda _: None)
    read = load(tmp_path)
    assert set(read) == {"a", "b", "c"}
    np.testing.assert_array_equal(read["c"], values)


def test_the_index_names_the_shard_of_every_tensor_and_the_total(tmp_path: Path) -> None:
    values = np.zeros((4,), np.float32)
    write_shards(tmp_path, [tensor(f"t{n}", values) for n in range(3)], lambda _: None, limit=32)
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    assert index["metadata"]["total_size"] == 48
    assert index["weight_map"] == {
        "t0": "model-00001-of-00002.safetensors",
        "t1": "model-00001-of-00002.safetensors",
        "t2": "model-00002-of-00002.safetensors",
    }


def test_one_shard_needs_no_index(tmp_path: Path) -> None:
    write_shards(tmp_path, [tensor("a", np.zeros(2, np.float32))], lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_data_begins_at_a_multiple_of_eight(tmp_path: Path) -> None:
    write_shards(tmp_path, [tensor("odd-name", np.zeros(1, np.float32))], lambda _: None)
    (length,) = struct.unpack("<Q", (tmp_path / "model.safetensors").read_bytes()[:8])
    assert length % 8 == 0


def test_blocks_that_do_not_fill_the_shape_are_a_fault_of_the_converter(tmp_path: Path) -> None:
    short = StreamedTensor(("a",), (3,), lambda: [b"\0" * 8], dtype="F32")
    with pytest.raises(ValueError, match="8 bytes came"):
        write_shards(tmp_path, [short], lambda _: None)


def test_progress_counts_every_copy(tmp_path: Path) -> None:
    done = []
    write_shards(tmp_path, [tensor("a", np.zeros(4, np.float32), ("b",))], done.append)
    assert sum(done) == 32
