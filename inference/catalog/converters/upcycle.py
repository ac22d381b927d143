"""Sparse upcycling (Komatsuzaki et al., arXiv 2212.05055): a dense decoder becomes a mixture of experts.

Each FFN is copied into E experts and a router is added; attention, norms and embeddings stay. With equal experts and
top-k weights that sum to one (`norm_topk_prob`) the mixture computes what the dense model computes, whatever the
router says: a free check of every step from file to kernel. Qwen1.5-MoE began the same way. Experts become different
later, by training.

The output is `Qwen2MoeForCausalLM` (or, with no experts, `Qwen2ForCausalLM`) in bfloat16 with the GGUF's tokenizer
and chat template.
"""

import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from inference.catalog.converters.gguf_file import DecoderShape, GgufFile
from inference.catalog.converters.safetensors_stream import StreamedTensor, write_shards
from inference.catalog.types import Options, Progress

_SHARED_EXPERT_WIDTH = 32
"""Qwen2-MoE always has a shared expert. Ours is silent (zero weights) and as narrow as CPU kernels accept."""

_ROUTER_SCALE = 0.02
"""Standard deviation of the router's first weights, as Qwen2-MoE's own initialisation."""

_ATTENTION = {
    "attn_norm.weight": "input_layernorm.weight",
    "ffn_norm.weight": "post_attention_layernorm.weight",
    "attn_q.weight": "self_attn.q_proj.weight",
    "attn_k.weight": "self_attn.k_proj.weight",
    "attn_v.weight": "self_attn.v_proj.weight",
    "attn_q.bias": "self_attn.q_proj.bias",
    "attn_k.bias": "self_attn.k_proj.bias",
    "attn_v.bias": "self_attn.v_proj.bias",
    "attn_output.weight": "self_attn.o_proj.weight",
}
_FFN = {"ffn_gate.weight": "gate_proj.weight", "ffn_up.weight": "up_proj.weight", "ffn_down.weight": "down_proj.weight"}


def convert(source: Path, target: Path, options: Options | None, progress: Progress) -> None:
    """GGUF -> Hugging Face folder. `options` None means dense. See `inference.catalog.types.Converter`."""
    chosen = options or Options(0, 0)
    gguf = GgufFile(source)
    shape = gguf.shape()
    write_shards(target, _tensors(gguf, shape, chosen), progress)
    _write_config(target, gguf, shape, chosen)
    _write_tokenizer(target, source)


def _tensors(gguf: GgufFile, shape: DecoderShape, options: Options) -> Iterator[StreamedTensor]:
    def stored(name: str, *names: str) -> StreamedTensor:
        return StreamedTensor(names, gguf.tensor_shape(name), functools.partial(gguf.bf16_blocks, name))

    yield stored(gguf.embedding_name(), "model.embed_tokens.weight")
    for layer in range(shape.layers):
        theirs, ours = f"blk.{layer}.", f"model.layers.{layer}."
        for name, new in _ATTENTION.items():
            yield stored(theirs + name, ours + new)
        for name, new in _FFN.items():
            copies = [f"experts.{expert}." for expert in range(options.experts)] or [""]
            yield stored(theirs + name, *(f"{ours}mlp.{copy}{new}" for copy in copies))
        if options.experts:
            yield _router(f"{ours}mlp.gate.weight", options.experts, shape.hidden, seed=layer)
            yield from _silent_shared_expert(f"{ours}mlp.", shape.hidden)
    yield stored("output_norm.weight", "model.norm.weight")
    if not shape.tied:
        yield stored("output.weight", "lm_head.weight")


def _router(name: str, experts: int, hidden: int, seed: int) -> StreamedTensor:
    """Router weights [experts, hidden], the same on every machine: drawn from a named bit generator, rounded to
    bfloat16.
    """

    def blocks() -> Iterable[bytes]:
        import numpy as np
        import torch

        drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal((experts, hidden), dtype=np.float32)
        yield (
            torch.from_numpy(drawn * np.float32(_ROUTER_SCALE)).to(torch.bfloat16).view(torch.uint16).numpy().tobytes()
        )

    return StreamedTensor((name,), (experts, hidden), blocks)


def _silent_shared_expert(prefix: str, hidden: int) -> Iterator[StreamedTensor]:
    width = _SHARED_EXPERT_WIDTH
    shapes = {
        "shared_expert.gate_proj.weight": (width, hidden),
        "shared_expert.up_proj.weight": (width, hidden),
        "shared_expert.down_proj.weight": (hidden, width),
        "shared_expert_gate.weight": (1, hidden),
    }
    for name, shape in shapes.items():
        zeros = bytes(2 * shape[0] * shape[1])
        yield StreamedTensor((prefix + name,), shape, functools.partial(iter, (zeros,)))


def _write_config(target: Path, gguf: GgufFile, shape: DecoderShape, options: Options) -> None:
    from transformers import Qwen2Config, Qwen2MoeConfig

    stop, pad = int(gguf.value("tokenizer.ggml.eos_token_id")), int(gguf.value("tokenizer.ggml.padding_token_id"))
    common: dict[str, Any] = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.ffn,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "max_position_embeddings": shape.context,
        "rope_theta": shape.rope_theta,
        "rms_norm_eps": shape.norm_epsilon,
        "tie_word_embeddings": shape.tied,
        "bos_token_id": pad,
        "eos_token_id": stop,
        "pad_token_id": pad,
        "dtype": "bfloat16",
    }
    if options.experts:
        config: Any = Qwen2MoeConfig(
            **common,
            moe_intermediate_size=shape.ffn,
            shared_expert_intermediate_size=_SHARED_EXPERT_WIDTH,
            num_experts=options.experts,
            num_experts_per_tok=options.top_k,
            norm_topk_prob=True,
            decoder_sparse_step=1,
        )
        config.architectures = ["Qwen2MoeForCausalLM"]
    else:
        config = Qwen2Config(**common)
        config.architectures = ["Qwen2ForCausalLM"]
    config.save_pretrained(target)
    # Where generation stops belongs to the model; how it samples belongs to the domains, so no temperature here.
    generation = {"bos_token_id": pad, "eos_token_id": sorted({stop, pad}, reverse=True), "pad_token_id": pad}
    (target / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n", encoding="utf-8")


def _write_tokenizer(target: Path, source: Path) -> None:
    from transformers import AutoTokenizer

    AutoTokenizer.from_pretrained(str(source.parent), gguf_file=source.name).save_pretrained(target)
