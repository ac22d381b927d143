import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks import ep
from inference.serving.plugin.trace import Trace


def figures(monkeypatch: Any, capsys: Any, *arguments: str) -> dict[str, Any]:
    monkeypatch.setattr("sys.argv", ["ep", "--json", *arguments])
    ep.main()
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_worlds_agree_and_better_policies_are_more_even(monkeypatch: Any, capsys: Any) -> None:
    got = figures(monkeypatch, capsys, "--tokens", "64")
    assert got["worlds_bitwise_equal"] is True
    assert got["ep4_dispatch_row_a_rank_kib"] < got["ep4_dispatch_row_a_slot_kib"]
    assert got["ep2_combine_partial_kib"] < got["ep2_combine_exact_kib"]
    name = "balance_8_ranks_16_spare_"
    assert got[name + "linear"] < got[name + "observed"] < got[name + "level"] <= 1
    assert got[name + "level_p5"] <= got[name + "level"]


def test_recorded_routings_are_judged_by_their_second_half(tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    ids = np.stack([np.full((8, 2), step) for step in range(4)])
    np.savez(path, ids=ids)
    (steps,) = ep.recorded(path, 256)
    assert steps.dtype is torch.int64
    assert steps.shape == (4, 8, 2)
    assert ep.balance([steps], 8, 0)["balance_8_ranks_0_spare_linear"] == pytest.approx(1 / 8)


@pytest.mark.parametrize("content", [b"not a zip", b""])
def test_a_file_that_is_no_recording_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    path.write_bytes(content)
    with pytest.raises(SystemExit, match=r"trace\.npz is no recording of routings"):
        ep.recorded(path, 256)


@pytest.mark.parametrize("shape", [(8, 2), (1, 8, 2)])
def test_a_recording_of_another_shape_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    np.savez(path, ids=np.zeros(shape, dtype=np.int32))
    with pytest.raises(SystemExit, match="two steps or more"):
        ep.recorded(path, 256)


def test_what_a_server_records_is_read_by_layer_and_cut_into_steps(tmp_path: Path) -> None:
    trace = Trace(tmp_path, limit=10**6)
    labels = torch.zeros(5, dtype=torch.uint8)
    for step in range(20):
        for layer in (0, 7):
            trace.add(layer, torch.full((5, 2), step % 8 if layer else 0), labels, ["other"])
        if step % 7 == 6:
            trace.flush(["other"])
    trace.flush(["other"])
    assert len(list(tmp_path.iterdir())) == 3
    first, second = ep.recorded(tmp_path, tokens=8)
    assert first.shape == second.shape == (100 // 8, 8, 2)
    assert first.unique().tolist() == [0]
    assert second[0, :, 0].tolist() == [0] * 5 + [1] * 3
    figures = ep.balance([first, second], 8, 0)
    one_alone = ep.balance([first], 8, 0)["balance_8_ranks_0_spare_linear"]
    assert float(str(figures["balance_8_ranks_0_spare_linear"])) > float(str(one_alone))


def test_a_folder_without_a_part_says_how_to_record_one(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="--trace-mib"):
        ep.recorded(tmp_path, tokens=8)


def test_too_short_a_recording_asks_for_smaller_steps(tmp_path: Path) -> None:
    trace = Trace(tmp_path, limit=1000)
    trace.add(0, torch.zeros((5, 2), dtype=torch.int64), torch.zeros(5, dtype=torch.uint8), ["other"])
    trace.flush(["other"])
    with pytest.raises(SystemExit, match="--tokens"):
        ep.recorded(tmp_path, tokens=4)


def test_drawn_routings_never_name_an_expert_twice_for_a_token() -> None:
    ids = ep.drawn(16, steps=3)
    assert ids.shape == (3, 16, ep.TOP_K)
    assert all(len(set(row)) == ep.TOP_K for row in ids.flatten(0, 1).tolist())
