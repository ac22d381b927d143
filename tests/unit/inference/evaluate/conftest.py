"""A mixture of transformers small enough for a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests import mixture
from tests.unit.inference.moe.conftest import library, library_path  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def small_mixture() -> Any:
    model = mixture.random_mixture(
        3,
        vocab_size=300,
        hidden_size=128,
        num_attention_heads=2,
        num_key_value_heads=1,
        moe_intermediate_size=96,
        intermediate_size=96,
        shared_expert_intermediate_size=32,
        num_experts=4,
        initializer_range=0.15,
    )
    return model.to(torch.bfloat16).eval()


@pytest.fixture(scope="session")
def small_folder(small_mixture: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk, with a tokenizer of single bytes."""
    return mixture.written(small_mixture, tmp_path_factory.mktemp("small"))
