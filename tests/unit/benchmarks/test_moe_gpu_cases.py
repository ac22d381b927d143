"""What the benchmark counts, without running a kernel."""

import pytest
import torch

pytest.importorskip("triton")

from benchmarks.moe_gpu_cases import DEEPSEEK, QWEN, TINY, Bench, vllm_triton
from benchmarks.moe_gpu_run import Row, _line, _summary, neighbours
from inference.moe.kernels.triton import tiles
from inference.moe.kernels.triton.tiles import Shape


def test_bytes_are_those_of_the_experts_that_the_ids_name() -> None:
    ids = torch.arange(8, dtype=torch.int32)[None]
    assert QWEN.weight_bytes(ids, 16) == 8 * 3 * 2048 * 768 * 2
    assert QWEN.weight_bytes(ids.repeat(5, 1), 8) == 8 * 3 * 2048 * 768  # read once, however many tokens share it


def test_a_rank_counts_its_own_experts_alone() -> None:
    ids = torch.tensor([[0, 31, 32, 255, 100, 101, 102, 103]], dtype=torch.int32)
    assert DEEPSEEK.weight_bytes(ids, 8) == 2 * 3 * 7168 * 2048
    assert DEEPSEEK.flops(ids) == 2 * 6 * 7168 * 2048


def test_the_floors_are_those_that_were_published() -> None:
    """Qwen3-30B-A3B with one token in bf16: 17.6 us at 4.3 TB/s."""
    ids = torch.arange(8, dtype=torch.int32)[None]
    assert QWEN.weight_bytes(ids, 16) / 4.3e12 * 1e6 == pytest.approx(17.6, abs=0.1)


def test_every_call_has_a_routing_of_its_own_and_copies_differ() -> None:
    bench = Bench(TINY, "bf16", 2, "cpu")
    (_, first), (_, second) = bench.batch(30, 0), bench.batch(30, 1)
    assert not torch.equal(first.ids, second.ids)
    assert not torch.equal(bench.weights[0].wide13, bench.weights[1].wide13)
    assert bench.map is not None
    assert bench.map.tolist() == [0, 1, 2, 3, -1]
    assert first.ids.max() == 4
    assert torch.allclose(first.weights.sum(1), torch.ones(30))


def test_an_output_that_is_wrong_is_far_from_the_oracle() -> None:
    bench = Bench(TINY, "fp8", 1, "cpu")
    batch = bench.batch(4, 0)
    assert bench.error(batch, torch.zeros(4, TINY.hidden)) == 1.0


def test_the_sweep_tries_neighbours_that_fit() -> None:
    for tokens, rule in ((1, tiles.decode), (4096, tiles.prefill)):
        for bits in (8, 16):
            shape = Shape(128, 2048, 768, 8, tokens, bits)
            found = neighbours(rule(shape), shape)
            assert found[0] == rule(shape)
            assert len(found) > 5
            assert all(how.shared_bytes(bits) <= 227 * 1024 for how in found)
            assert bits == 16 or all(how.depth == 128 for how in found)


def test_a_peer_that_is_not_there_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "vllm.model_executor.layers.fused_moe", None)
    assert vllm_triton(Bench(TINY, "bf16", 1, "cpu"), []) is None


def row(phase: str, vllm: float | None) -> Row:
    return Row("tiny", "bf16", phase, 1, 10.0, 0.5, 1.0, 2.0, 0.001, 1.1, vllm, None)


def test_ratios_are_geometric_means_of_what_was_measured() -> None:
    found = _summary([row("decode", 2.0), row("decode", 0.5), row("decode", None), row("prefill", None)])
    assert found["decode_vllm_ratio"] == 1.0
    assert found["prefill_vllm_ratio"] is None
    assert found["decode_limit_fraction"] == 0.5
    assert found["prefill_invariant_cost"] == 1.1


def test_a_line_has_the_fraction_of_the_limit_and_both_peers() -> None:
    line = _line(row("decode", 1.25))
    assert "50.0% of the limit" in line
    assert "vllm 1.25 grouped_mm -" in line
