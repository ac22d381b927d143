"""An expert in code inside a running vLLM computes what it says it does, and where it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.moe.copying import FIRST
from inference.serving import state
from tests.integration import tiny
from tests.integration.server import Served, serving

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1200)]

NUMBERS = (3, 5)
NAME = "inference.moe.copying:make"
PROMPTS = [tiny.TEXT[:length] for length in (12, 33, 47, 60, 66)]
NEAR = 0.25
"""As far as bfloat16 may move a token's logarithm, which `test_moe_served` allows too."""


def with_copies(model: Any) -> Any:
    """The same experts in transformers: what is routed to them comes back as it was."""
    for layer in model.model.layers[FIRST:]:
        layer.mlp.experts.forward = copying(layer.mlp.experts.forward)
    return model


def copying(weights: Any) -> Any:
    def forward(x: Tensor, ids: Tensor, shares: Tensor) -> Tensor:
        ours = torch.isin(ids, torch.tensor(NUMBERS))
        made: Tensor = weights(x, ids, shares.masked_fill(ours, 0))
        return made + x * (shares * ours).sum(-1, keepdim=True).to(x.dtype)

    return forward


def logarithms(model: Any, prompt: str) -> Tensor:
    """Of what may follow, [vocabulary] float32."""
    with torch.inference_mode():
        logits = model(torch.tensor([list(prompt.encode())])).logits[0, -1]
    return torch.as_tensor(logits).float().log_softmax(-1)


def furthest(served: Served, prompt: str, wanted: Tensor) -> float:
    """How far the served model's likeliest tokens lie from `wanted`."""
    asked = {"prompt": prompt, "max_tokens": 1, "temperature": 0, "logprobs": 5, "return_tokens_as_token_ids": True}
    answer = served.client.post("/v1/completions", json={"model": "tiny", **asked}).raise_for_status().json()
    (likely,) = answer["choices"][0]["logprobs"]["top_logprobs"]
    assert len(likely) >= 5
    return max(abs(wanted[int(token.rpartition(":")[2])].item() - value) for token, value in likely.items())


def test_a_copying_expert_answers_as_it_would_in_transformers(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = tiny.build(tmp_path / "model")
    plain, copied = (AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).eval() for _ in range(2))
    with_copies(copied)
    options = ["--name", "tiny", "--model", str(model), "--max-model-len", "512", "--memory", "3", "--kernel", "house"]
    options += ["--weights", "bf16"]
    for number in NUMBERS:
        options += ["--expert", f"{number}={NAME}"]
    (tmp_path / "run").mkdir()
    with serving(tmp_path / "run", *options) as served:
        off = [furthest(served, prompt, logarithms(copied, prompt)) for prompt in PROMPTS]
        from_weights = [furthest(served, prompt, logarithms(plain, prompt)) for prompt in PROMPTS]
        about, log = state.read(served.state_file), served.log.read_text()
    assert max(off) < NEAR < max(from_weights), (off, from_weights)
    assert about is not None
    assert (about.kernel, about.experts.partition("in code: ")[2]) == ("HouseExperts", "3, 5")
    assert log.count("experts [3, 5] are code") == 2 - FIRST
