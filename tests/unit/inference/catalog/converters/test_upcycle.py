"""Equal experts, weights that sum to one: the mixture computes what the dense model does, whatever the router says."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.catalog.converters.upcycle import convert
from inference.catalog.types import Options

TOKENS = torch.tensor([[5, 260, 17, 99, 262, 3], [1, 2, 3, 4, 5, 6]])


@pytest.fixture(scope="module")
def cached() -> Any:
    """Converted models of this module by output kind and options: each is made once."""
    return {}


@pytest.fixture
def model(make_gguf: Any, tmp_path: Path, cached: Any) -> Any:
    def load(options: Options, output: Any = "same") -> Any:
        if (options, output) not in cached:
            target = tmp_path / f"{options.label}-{output}"
            target.mkdir()
            convert(make_gguf(output=output), target, options, lambda _: None)
            cached[options, output] = AutoModelForCausalLM.from_pretrained(target, dtype=torch.float32).eval()
        return cached[options, output]

    return load


def logits(model: Any) -> Any:
    with torch.no_grad():
        return model(TOKENS).logits


@pytest.mark.parametrize("output", ["absent", "same", "other"])
@pytest.mark.parametrize("options", [Options(2, 1), Options(2, 2), Options(4, 1), Options(4, 2)], ids=lambda o: o.label)
def test_the_mixture_answers_as_the_dense_model_does(model: Any, options: Options, output: Any) -> None:
    torch.testing.assert_close(
        logits(model(options, output)), logits(model(Options(0, 0), output)), rtol=1e-4, atol=1e-4
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-3, 0.02, 1.0, 30.0]), top_k=st.sampled_from([1, 2]))
def test_whatever_the_router_says(model: Any, seed: int, scale: Any, top_k: int) -> None:
    mixture = model(Options(4, top_k))
    generator = torch.Generator().manual_seed(seed)
    for layer in mixture.model.layers:
        layer.mlp.gate.weight.data.normal_(0, scale, generator=generator)
    torch.testing.assert_close(logits(mixture), logits(model(Options(0, 0))), rtol=1e-4, atol=1e-4)


def test_a_changed_expert_is_noticed_by_this_very_check(model: Any) -> None:
    mixture = model(Options(2, 2), "other")
    mixture.model.layers[0].mlp.experts.down_proj.data[1] *= 1.5
    assert not torch.allclose(logits(mixture), logits(model(Options(0, 0), "other")), rtol=1e-3, atol=1e-3)


def read(folder: Any) -> Any:
    tensors = {}
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "pt") as file:
            tensors.update({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 - not a dict
    return tensors


@pytest.fixture
def converted(make_gguf: Any, tmp_path: Path) -> Any:
    def run(options: Options, folder: str = "out", **gguf: Any) -> Any:
        target = tmp_path / folder
        target.mkdir()
        convert(make_gguf(**gguf), target, options, lambda _: None)
        return target

    return run


def test_the_router_is_the_same_on_every_run_and_differs_between_layers(converted: Any) -> None:
    first, second = read(converted(Options(4, 2), "one")), read(converted(Options(4, 2), "two"))
    names = [f"model.layers.{layer}.mlp.gate.weight" for layer in (0, 1)]
    for name in names:
        assert torch.equal(first[name], second[name])
        assert 0.01 < first[name].float().std() < 0.03
    assert not torch.equal(first[names[0]], first[names[1]])


def test_every_expert_is_a_copy_and_the_shared_expert_is_silent(converted: Any) -> None:
    tensors = read(converted(Options(4, 2)))
    for name in ("gate_proj", "up_proj", "down_proj"):
        experts = [tensors[f"model.layers.1.mlp.experts.{n}.{name}.weight"] for n in range(4)]
        assert all(torch.equal(experts[0], other) for other in experts[1:])
        assert not tensors[f"model.layers.1.mlp.shared_expert.{name}.weight"].any()


def test_the_configuration_says_how_many_experts_and_that_weights_sum_to_one(converted: Any) -> None:
    config = json.loads((converted(Options(4, 2)) / "config.json").read_text())
    assert config["architectures"] == ["Qwen2MoeForCausalLM"]
    assert (config["num_experts"], config["num_experts_per_tok"]) == (4, 2)
    assert config["norm_topk_prob"] is True
    assert config["tie_word_embeddings"] is True


def test_without_experts_it_is_a_qwen2(converted: Any) -> None:
    config = json.loads((converted(Options(0, 0), output="other") / "config.json").read_text())
    assert config["architectures"] == ["Qwen2ForCausalLM"]
    assert config["tie_word_embeddings"] is False
    assert "num_experts" not in config


def test_the_tokenizer_and_the_chat_template_come_along(converted: Any) -> None:
    tokenizer = AutoTokenizer.from_pretrained(converted(Options(2, 1)))
    assert tokenizer.decode(tokenizer.encode("hello, 世界")) == "hello, 世界"
    ids = tokenizer.apply_chat_template([{"role": "user", "content": "hello"}], return_dict=False)
    assert tokenizer.decode(ids) == "<|im_start|>user\nhello<|im_end|>\n"
    assert ids[0] == 261


def test_generation_stops_at_the_end_of_a_turn_and_of_the_text(converted: Any) -> None:
    generation = json.loads((converted(Options(2, 1)) / "generation_config.json").read_text())
    assert generation == {"bos_token_id": 260, "eos_token_id": [262, 260], "pad_token_id": 260}
