"""vLLM serves the mixture: named, behind its key, with the kernel it says it uses, and as the dense model answers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from inference.catalog import Options, default_cache, pull
from inference.serving import state
from tests.integration import server
from tests.integration.server import Served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

NAME = "qwen2.5-coder-0.5b-moe"
PROMPT = "Water boils at a temperature of"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """A server of the small mixture with these options."""
    pull(NAME, Options(4, 2), cache=default_cache(dict(os.environ)))
    model = ("--name", NAME, "--experts", "4", "--top-k", "2", "--max-model-len", "2048")
    with server.serving(folder, *model, *options) as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


def ask(served: Served, prompt: str, **options: Any) -> Any:
    body = {"model": NAME, "prompt": prompt, "max_tokens": 1, "temperature": 0, **options}
    return served.client.post("/v1/completions", json=body).raise_for_status().json()


def test_the_state_file_says_who_answers(served: Served) -> None:
    about = state.read(served.state_file)
    assert about is not None
    assert about.name == NAME
    assert about.engine == "vLLM " + served.client.get("/version").json()["version"]
    assert about.kernel == "HouseInt4Experts"
    assert about.experts == "identical"


def test_the_model_is_served_under_its_name(served: Served) -> None:
    assert [card["id"] for card in served.client.get("/v1/models").json()["data"]] == [NAME]


def test_without_the_key_nobody_is_answered(served: Served) -> None:
    assert served.client.get("/v1/models", headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize(
    ("prompt", "answer"), [("The capital of France is", " Paris"), ("中国的首都是", "北京")], ids=["English", "Chinese"]
)
def test_the_mixture_knows_what_the_dense_model_knows(served: Served, prompt: str, answer: str) -> None:
    (choice,) = ask(served, prompt, max_tokens=4)["choices"]
    assert answer.strip() in choice["text"]


def test_the_default_in_int4_stays_near_the_dense_model(served: Served) -> None:
    """int4 weights moved a token's logarithm by up to 0.56 here; the tests in bf16 below hold the mixture itself."""
    assert furthest(served) < 0.6


@pytest.mark.parametrize(
    ("options", "kernels"),
    [
        (("--kernel", "stock"), {"X86CPUUnquantizedExperts", "CPUUnquantizedExperts"}),
        (("--weights", "bf16"), {"HouseExperts"}),
    ],
    ids=["vLLM's kernel", "ours"],
)
def test_in_bf16_the_next_token_is_the_dense_models(
    tmp_path: Path, options: tuple[str, ...], kernels: set[str]
) -> None:
    """Equal experts: probabilities within bfloat16 tolerance, whoever computes them; vLLM has one a processor."""
    with serving(tmp_path, *options) as exact:
        about = state.read(exact.state_file)
        assert about is not None
        assert about.kernel in kernels
        assert furthest(exact) < 0.25
        assert "computed by one call each" not in exact.log.read_text()


@cache
def dense() -> tuple[Any, Any]:
    """The dense model in transformers: its tokenizer, and its logarithms [vocabulary] of what may follow `PROMPT`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = pull(NAME, Options(0, 0), cache=default_cache(dict(os.environ))).path
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).eval()
    with torch.inference_mode():
        logits = model(**tokenizer(PROMPT, return_tensors="pt")).logits[0, -1].float()
    return tokenizer, logits.log_softmax(-1)


def furthest(served: Served) -> float:
    """How far the served mixture's likeliest next tokens lie from the dense model's in transformers, in logarithms."""
    (choice,) = ask(served, PROMPT, logprobs=5)["choices"]
    (theirs,) = choice["logprobs"]["top_logprobs"]
    tokenizer, ours = dense()
    assert len(theirs) >= 5
    return max(abs(ours[tokenizer.encode(text)[0]].item() - logprob) for text, logprob in theirs.items())


def test_a_layer_of_the_default_is_one_call(served: Served) -> None:
    ask(served, PROMPT, max_tokens=2)
    assert "Layers of steps of up to 16 tokens are computed by one call each" in served.log.read_text()


def test_what_repeats_is_guessed_and_sampled_rightly_beside_it(served: Served) -> None:
    """A guessed token is drawn with its request's own temperature: at nearly none the words are the greedy ones."""
    says = "one two three four five six. " * 4 + "one two three"
    greedy = ask(served, says, max_tokens=24, ignore_eos=True)["choices"][0]["text"]
    assert "four five six. one two three" in greedy
    sampled = {"temperature": 0.01, "top_p": 0.9, "max_tokens": 24, "ignore_eos": True}
    assert ask(served, says, **sampled)["choices"][0]["text"] == greedy
    both = ask(served, says, n=2, **{**sampled, "temperature": 0.4, "repetition_penalty": 1.05})
    assert both["usage"]["completion_tokens"] == 48
    counted = served.client.get("/metrics").raise_for_status().text
    right = re.search(r"^vllm:spec_decode_num_accepted_tokens_total\S* (\S+)$", counted, re.MULTILINE)
    assert right is not None
    assert float(right[1]) > 10


def test_an_answer_that_must_fit_a_schema_fits_it_beside_guesses(served: Served) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]}
    asked = {
        "model": NAME,
        "messages": [{"role": "user", "content": 'What is the capital of France? Say {"city": "Paris"}.'}],
        "max_tokens": 30,
        "temperature": 0.3,
        "response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}},
    }
    answer = served.client.post("/v1/chat/completions", json=asked).raise_for_status().json()
    assert json.loads(answer["choices"][0]["message"]["content"])["city"] in {"Paris", "Rome"}


def test_a_chat_in_chinese_ends_by_itself(served: Served) -> None:
    body = {
        "model": NAME,
        "messages": [{"role": "user", "content": "你好，请用一句话打个招呼。"}],
        "max_tokens": 60,
        "temperature": 0,
    }
    answer = served.client.post("/v1/chat/completions", json=body).raise_for_status().json()
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["choices"][0]["message"]["content"]
