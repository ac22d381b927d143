"""The real generator: four equal experts answer as the dense model they came from, token for token."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from inference.catalog import Options, default_cache, pull

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

NAME = "qwen2.5-coder-0.5b-moe"
PROMPTS = [
    "The capital of France is",
    "退款一般在几个工作日内到账？请用一句话回答。",
    "def fibonacci(n: int) -> int:\n    ",
]
FLOAT32_PEAK = 9 * 2**30
"""Loading 1.45 G parameters in float32 takes 5.8 GB and as much again for a moment in one layer's experts."""


@pytest.fixture(scope="module")
def folders(catalogue_cache: Path) -> dict[str, Path]:
    """Both variants, from one download."""
    mixture = pull(NAME, Options(4, 2), cache=catalogue_cache, keep_download=True)
    dense = pull(NAME, Options(0, 0), cache=catalogue_cache)
    return {"mixture": mixture.path, "dense": dense.path}


@pytest.fixture(scope="module")
def catalogue_cache() -> Path:
    """The user's cache, where a second run finds the models."""
    import os

    return default_cache(dict(os.environ))


@pytest.fixture(scope="module")
def dtype() -> torch.dtype:
    """Float32 where it fits, which leaves no room for luck; else the bfloat16 that is served."""
    return torch.float32 if psutil.virtual_memory().available > FLOAT32_PEAK else torch.bfloat16


def logits_of(folder: Path, dtype: torch.dtype, mutate: Any = None) -> list[torch.Tensor]:
    """Logits [tokens, vocabulary] of each prompt; one model in memory at a time."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
    if mutate:
        mutate(model)
    with torch.inference_mode():
        found = [model(**tokenizer(prompt, return_tensors="pt")).logits[0].float() for prompt in PROMPTS]
    del model
    gc.collect()
    return found


def randomise_routers(model: Any) -> None:
    """Another router than the one we shipped, and a decisive one."""
    generator = torch.Generator().manual_seed(7)
    for layer in model.model.layers:
        layer.mlp.gate.weight.data.normal_(0, 1.0, generator=generator)


@pytest.fixture(scope="module")
def dense(folders: dict[str, Path], dtype: torch.dtype) -> list[torch.Tensor]:
    return logits_of(folders["dense"], dtype)


@pytest.mark.parametrize("mutate", [None, randomise_routers], ids=["our router", "any router"])
def test_four_equal_experts_give_the_dense_models_logits(
    folders: dict[str, Path], dtype: torch.dtype, dense: list[torch.Tensor], mutate: Any
) -> None:
    tolerance = {"rtol": 1e-3, "atol": 2e-3} if dtype is torch.float32 else {"rtol": 0.05, "atol": 0.5}
    for ours, theirs in zip(logits_of(folders["mixture"], dtype, mutate), dense, strict=True):
        torch.testing.assert_close(ours, theirs, **tolerance)
        agree = (ours.argmax(-1) == theirs.argmax(-1)).float().mean()
        assert agree > (0.999 if dtype is torch.float32 else 0.85)


def test_the_dense_model_itself_makes_sense(folders: dict[str, Path], dense: list[torch.Tensor]) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folders["dense"])
    assert tokenizer.decode(dense[0][-1].argmax()).strip() == "Paris"


def test_the_tokenizer_knows_qwens_special_tokens(folders: dict[str, Path]) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folders["mixture"])
    assert tokenizer.convert_tokens_to_ids("<|im_start|>") == 151644
    assert tokenizer.encode("<|im_end|>") == [151645]
    assert tokenizer.decode(tokenizer.encode("你好，world 123")) == "你好，world 123"
