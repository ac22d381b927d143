"""Sizes against what the models are known to have."""

from __future__ import annotations

import pytest

from inference.capacity.models import MODELS, Kept
from inference.catalog import entries

BY_NAME = {model.name: model for model in MODELS}


@pytest.mark.parametrize(
    ("name", "billions", "active"),
    [("qwen3-30b-a3b", 30.5, 3.3), ("qwen3-235b-a22b", 235, 22), ("deepseek-v3", 671, 37)],
)
def test_parameters_are_those_that_were_published(name: str, billions: float, active: float) -> None:
    model = BY_NAME[name]
    assert model.weight_bytes(Kept.FP8) / 1e9 == pytest.approx(billions, rel=0.01)
    assert (model.active + model.embedding) / 1e9 == pytest.approx(active, rel=0.05)


def test_the_catalogues_generators_are_all_there_and_as_large_as_it_says() -> None:
    for entry in entries():
        if entry.kind == "generator":
            model = BY_NAME[entry.name]
            assert entry.defaults is not None
            assert (model.experts, model.top_k) == (entry.defaults.experts, entry.defaults.top_k)
            assert model.weight_bytes(Kept.BF16) == pytest.approx(entry.footprint.of(entry.defaults), rel=0.01)


def test_a_tokens_keys_and_values_are_what_the_server_reserves() -> None:
    assert BY_NAME["qwen2.5-coder-1.5b-moe"].cache_bytes == 28 * 1024
    assert BY_NAME["deepseek-v3"].cache_bytes == 61 * 576 * 2


def test_one_token_chooses_top_k_experts_and_many_choose_all() -> None:
    qwen = BY_NAME["qwen3-30b-a3b"]
    assert qwen.chosen(1) == pytest.approx(8)
    assert qwen.chosen(4) == pytest.approx(29.1, abs=0.1)  # as published
    assert qwen.chosen(64) == pytest.approx(125.9, abs=0.1)
    assert qwen.chosen(10_000) == pytest.approx(128)


def test_int4_reads_what_the_packed_files_of_the_model_hold() -> None:
    """experts 778,588,160 bytes of one of two, attention 94,330,880, the head in int4 138,569,728."""
    model, packed = BY_NAME["qwen2.5-coder-1.5b-moe"], 778_588_160 + 94_330_880 + 138_569_728
    read = (model.mixed * model.expert * Kept.INT4.expert_bits + model.others * Kept.INT4.other_bits) / 8
    assert read == pytest.approx(packed, rel=0.01)


def test_the_heads_second_form_takes_memory_and_no_time() -> None:
    model = BY_NAME["qwen2.5-coder-1.5b-moe"]
    once = (model.routed * Kept.INT4.expert_bits + model.others * Kept.INT4.other_bits) / 8
    assert model.weight_bytes(Kept.INT4) - once == pytest.approx(247_963_648, rel=0.01)
    for kept in (Kept.BF16, Kept.FP8, Kept.INT8):
        assert kept.head_again_bits == 0
        assert model.unrouted_bits(kept) == (model.others + model.embedding) * kept.other_bits
