"""How cases are checked, compared and timed, with layers that compute nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

pytest.importorskip("triton")

from benchmarks import moe_gpu_clock, moe_gpu_run
from benchmarks.moe_gpu_cases import QWEN, TINY, Bench, Layer, grouped_mm
from benchmarks.moe_gpu_run import ALLOWED, Setting, bitwise
from inference.moe import reference
from inference.moe.kernels.triton import tiles
from inference.moe.reference import Routing

WHOLE = Layer("whole", 4, 4, 32, 16, 2)


class Fake(Bench):
    """A bench whose experts are the function it is given; it counts its calls."""

    def __init__(self, layer: Callable[[Tensor, Routing], Tensor], about: Layer = TINY) -> None:
        super().__init__(about, "bf16", 1, "cpu")
        self.computes, self.calls = layer, 0

    def ours(self, batches: list[tuple[Tensor, Routing]], *, invariant: bool = False) -> Any:
        def call(number: int) -> Tensor:
            self.calls += 1
            return self.computes(*batches[number])

        return call


def test_rows_that_depend_on_the_batch_are_noticed() -> None:
    assert bitwise(Fake(lambda x, _: x * 2), (1, 3, 9), invariant=True)
    assert not bitwise(Fake(lambda x, _: x * (1 + len(x))), (1, 3, 9), invariant=True)
    assert not bitwise(Fake(lambda x, _: x + x.mean() * 1e-3), (1, 9), invariant=False)


def test_zeros_are_no_proof_that_rows_agree() -> None:
    assert not bitwise(Fake(lambda x, _: torch.zeros_like(x)), (1, 9), invariant=True)


def test_a_layer_that_is_right_is_near_the_oracle_and_one_that_is_not_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    setting = Setting(
        (TINY,), ("bf16",), decode=(2,), prefill=(3,), invariant=(1, 2), copies=1, repeats=1, device="cpu"
    )
    monkeypatch.setattr(moe_gpu_run, "read_rate", lambda *_: 1e9)
    monkeypatch.setattr(moe_gpu_run, "matrix_rate", lambda *_: 1e9)
    monkeypatch.setattr(moe_gpu_run, "plan_time", lambda *_: 1.0)
    right = Fake(lambda x, routing: oracle(right, x, routing))
    wrong = Fake(lambda x, routing: oracle(wrong, x, routing) * 1.5)
    for bench, fine in ((right, True), (wrong, False)):
        monkeypatch.setattr(moe_gpu_run, "_benches", lambda _setting, bench=bench: iter([bench]))
        figures, agreed = moe_gpu_run.measure(setting)
        assert agreed is fine
        assert figures["oracle_agrees"] is fine
        cases = figures["cases"]
        assert isinstance(cases, list)
        assert [case["phase"] for case in cases] == ["decode", "prefill"]
        assert all((case["error"] <= ALLOWED["bf16"]) is fine for case in cases)
    assert capsys.readouterr().out.count("of the limit") == 4  # a line a case, as it comes


def oracle(bench: Bench, x: Tensor, routing: Routing) -> Tensor:
    made = bench.weights[0].ours
    return reference.experts(x, made.w13, made.w2, routing, bench.map)


def test_the_peer_around_grouped_mm_computes_the_same_layer() -> None:
    if not hasattr(torch, "_grouped_mm"):
        pytest.skip("this torch has no grouped product")
    bench = Bench(WHOLE, "bf16", 1, "cpu")
    bench.weights[0] = type(bench.weights[0])(
        bench.weights[0].ours, bench.weights[0].wide13.bfloat16(), bench.weights[0].wide2.bfloat16()
    )
    x, routing = bench.batch(6, 0)
    peer = grouped_mm(bench, [(x.bfloat16(), routing)])
    assert peer is not None
    try:
        made = peer(0)
    except (RuntimeError, NotImplementedError) as error:
        pytest.skip(f"not on this processor: {error}")
    wanted = oracle(bench, x, routing)
    assert (made.double() - wanted).norm() < 0.03 * wanted.norm()


def test_grouped_mm_is_no_peer_for_a_part_of_the_experts_or_for_fp8() -> None:
    assert grouped_mm(Bench(TINY, "bf16", 1, "cpu"), []) is None
    assert grouped_mm(Bench(WHOLE, "fp8", 1, "cpu"), []) is None


def test_a_peer_that_cannot_run_is_left_out_and_the_reason_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.synchronize", lambda: None)

    def refuses(_number: int) -> Tensor:
        raise RuntimeError("no kernel image is available")

    clock = functools.partial(moe_gpu_clock.microseconds, calls=1, repeats=1, device="cpu")
    assert moe_gpu_run._time_of(refuses, clock) is None
    assert "no kernel image" in capsys.readouterr().out
    assert moe_gpu_run._time_of(None, clock) is None
    assert (moe_gpu_run._time_of(lambda _n: torch.ones(1), clock) or 0) > 0


def test_every_call_is_timed_with_its_own_number() -> None:
    seen: list[int] = []

    def call(number: int) -> Tensor:
        seen.append(number)
        return torch.ones(1)

    assert moe_gpu_clock.microseconds(call, 3, 2, "cpu") > 0
    assert seen == [0, 1, 2, 0, 1, 2]


def test_a_matrix_rate_is_measured_and_fp8_left_out_where_there_is_none() -> None:
    assert (moe_gpu_clock.matrix_rate("cpu", "bf16", 1) or 0) > 0
    assert moe_gpu_clock.matrix_rate("cpu", "fp8", 1) is None


def test_every_layer_is_measured_with_every_kind() -> None:
    setting = Setting((TINY, WHOLE), ("bf16", "fp8"), copies=1, device="cpu")
    benches = [(bench.layer.name, bench.kind) for bench in moe_gpu_run._benches(setting)]
    assert benches == [("tiny", "bf16"), ("tiny", "fp8"), ("whole", "bf16"), ("whole", "fp8")]


def test_the_sweep_prints_the_rule_and_the_best(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter(range(100, 0, -1))
    monkeypatch.setattr(moe_gpu_run, "microseconds", lambda *_: float(next(times)))
    moe_gpu_run.sweep(Setting((TINY,), ("bf16",), decode=(1,), prefill=(), copies=1, device="cpu"))
    said = capsys.readouterr().out.splitlines()
    rule = tiles.decode(tiles.Shape(4, 32, 32, 2, 1, 16))
    assert str(rule.tokens) in said[0]
    printed = [float(line.split()[0]) for line in said[1:]]
    assert printed == sorted(printed)
    assert len(printed) == 4


def test_the_published_shapes_are_the_ones_that_are_measured() -> None:
    assert (QWEN.hidden, QWEN.inner, QWEN.experts, QWEN.top_k) == (2048, 768, 128, 8)
    setting = Setting((QWEN,), ("bf16",))
    assert (min(setting.decode), max(setting.decode)) == (1, 64)
    assert (min(setting.prefill), max(setting.prefill)) == (2048, 16384)
    assert setting.copies >= 4  # the second-level cache holds one
