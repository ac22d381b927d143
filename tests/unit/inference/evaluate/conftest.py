"""A mixture of transformers small enough for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.unit.inference.moe.conftest import library, library_path  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def small_mixture() -> Any:
    from transformers import Qwen2MoeConfig, Qwen2MoeForCausalLM

    torch.manual_seed(3)
    config = Qwen2MoeConfig(
        vocab_size=300,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        moe_intermediate_size=96,
        intermediate_size=96,
        shared_expert_intermediate_size=32,
        num_experts=4,
        num_experts_per_tok=2,
        norm_topk_prob=True,
        initializer_range=0.15,
    )
    return Qwen2MoeForCausalLM(config).to(torch.bfloat16).eval()


@pytest.fixture(scope="session")
def small_folder(small_mixture: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk, with a tokenizer of single bytes."""
    from tests.integration.tiny import tokenizer

    folder = tmp_path_factory.mktemp("small")
    small_mixture.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
