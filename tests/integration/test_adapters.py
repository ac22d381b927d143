"""An adapter by name in a running vLLM with our experts: it changes what is written, and only for who asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tests.integration import tiny
from tests.integration.server import Served, serving

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1200)]

PROMPT = tiny.TEXT[:20]
WANTED = tiny.TEXT[20:44]


def adapter(folder: Path, strength: float) -> Path:
    """On every layer's queries, values and outputs, random but the same every time."""
    drawn = torch.Generator().manual_seed(6)
    shapes = {"q_proj": (128, 128), "v_proj": (64, 128), "o_proj": (128, 128)}
    tensors: dict[str, torch.Tensor] = {}
    for layer in (0, 1):
        for name, (out, into) in shapes.items():
            prefix = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            tensors[f"{prefix}.lora_A.weight"] = torch.randn((4, into), generator=drawn)
            tensors[f"{prefix}.lora_B.weight"] = strength * torch.randn((out, 4), generator=drawn)
    folder.mkdir()
    save_file(tensors, folder / "adapter_model.safetensors")
    about = {"peft_type": "LORA", "r": 4, "lora_alpha": 4, "target_modules": sorted(shapes), "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(about))
    return folder


def written(served: Served, model: str) -> str:
    body: dict[str, Any] = {"model": model, "prompt": PROMPT, "max_tokens": 24, "temperature": 0}
    text: str = served.client.post("/v1/completions", json=body).raise_for_status().json()["choices"][0]["text"]
    return text


@pytest.mark.parametrize("weights", ["bf16", "int4"])
def test_an_adapter_is_asked_for_by_its_name(tmp_path: Path, weights: str) -> None:
    model = tiny.build(tmp_path / "model")
    loud, silent = adapter(tmp_path / "loud", 2.0), adapter(tmp_path / "silent", 0.0)
    options = ["--name", "tiny", "--model", str(model), "--max-model-len", "512", "--memory", "3", "--kernel", "house"]
    options += ["--weights", weights, "--adapter", f"loud={loud}", "--adapter", f"silent={silent}"]
    (tmp_path / "run").mkdir()
    with serving(tmp_path / "run", *options) as served:
        cards = served.client.get("/v1/models").raise_for_status().json()["data"]
        assert {card["id"] for card in cards} == {"tiny", "loud", "silent"}
        plain = written(served, "tiny")
        assert written(served, "silent") == plain
        assert written(served, "loud") != plain
        assert written(served, "tiny") == plain
        if weights == "bf16":
            assert plain == WANTED
        unknown = served.client.post("/v1/completions", json={"model": "nobody", "prompt": PROMPT, "max_tokens": 1})
        assert unknown.status_code == 404
