"""A mixture that a test can build: two layers, eight experts, and one text that it knows by heart.

Learnt by heart, every next token is far ahead of the second, so that layouts that add in another order still have to
write the same text, and a layout that loses an expert can't.
"""

from __future__ import annotations

from pathlib import Path

import torch

from tests import mixture

TEXT = "Tokens travel to the rank that holds their expert, and rows come back in the order of slots: 词元去找专家。"
EXPERTS, TOP_K = 8, 2
_END = 256
_STEPS = 90


def build(folder: Path, steps: int = _STEPS) -> Path:
    """Train and write the model, in the Hugging Face layout; the same every time on one machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other at every small product take minutes on a busy machine
    model = mixture.random_mixture(
        0,
        hidden_size=128,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=128,
        moe_intermediate_size=64,
        num_experts=EXPERTS,
        num_experts_per_tok=TOP_K,
        shared_expert_intermediate_size=64,
        max_position_embeddings=512,
        eos_token_id=_END,
        bos_token_id=None,
        tie_word_embeddings=False,
        decoder_sparse_step=1,
        router_aux_loss_coef=0.02,
        output_router_logits=True,
    )
    ids = torch.tensor([[*TEXT.encode(), _END]])
    learn = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.0)
    for step in range(steps):
        for group in learn.param_groups:
            group["lr"] = 4e-3 * (1 - step / steps)
        loss = model(input_ids=ids, labels=ids).loss
        learn.zero_grad()
        loss.backward()
        learn.step()
    torch.set_num_threads(threads)
    return mixture.written(model.to(torch.bfloat16), folder)
