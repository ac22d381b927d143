"""Mixtures of transformers small enough for a test, with a tokenizer of single bytes: one place for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SHAPE = {"vocab_size": 320, "num_hidden_layers": 2, "num_experts_per_tok": 2, "norm_topk_prob": True}


def random_mixture(seed: int, **shape: Any) -> Any:
    """A Qwen2-MoE in float32, random but the same every time; `shape` goes by the configuration's own names."""
    import torch
    from transformers import Qwen2MoeConfig, Qwen2MoeForCausalLM

    torch.manual_seed(seed)
    return Qwen2MoeForCausalLM(Qwen2MoeConfig(**(SHAPE | shape)))


def written(model: Any, folder: Path) -> Path:
    """On disk in the Hugging Face layout, with its tokenizer; gives the folder."""
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def tokenizer() -> Any:
    """A token a byte."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    vocabulary = {letter: number for number, letter in bytes_to_unicode().items()}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(["<end>"])
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end>")
