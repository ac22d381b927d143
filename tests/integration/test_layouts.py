"""A model over several ranks in a running vLLM writes what it writes on one, and a lost rank is an error in time.

The kernels of vLLM have neither: with tensor and expert parallelism its workers crash on a CPU, with data and expert
parallelism they raise NotImplementedError.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from inference.serving import state
from tests.integration import tiny
from tests.integration.server import Served, serving

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

NAME = "tiny"
PROMPTS = [tiny.TEXT[:length] for length in (12, 20, 33, 47, 60, 66)]
WANTED = [tiny.TEXT[len(prompt) :][:24] for prompt in PROMPTS]
DEADLINE = 20
GRACE = 40
"""Seconds that the engine may take to end after the deadline, on a busy machine."""
TENSOR = ("--tensor-parallel", "2", "--expert-parallel")
DATA = ("--data-parallel", "2", "--expert-parallel")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("tiny"))


def flags(model: Path, *layout: str) -> Sequence[str]:
    small = ("--max-model-len", "512", "--memory", "3", "--kernel", "house", "--weights", "bf16")
    return ("--name", NAME, "--model", str(model), *small, "--deadline", str(DEADLINE), *layout)


def write(served: Served, prompt: str, tokens: int = 24, **options: Any) -> httpx.Response:
    body = {"model": NAME, "prompt": prompt, "max_tokens": tokens, "temperature": 0, **options}
    return served.client.post("/v1/completions", json=body)


def everything_written(served: Served) -> list[str]:
    """All prompts at once, so that both groups of ranks have work, and once alone, so that one has none."""
    with ThreadPoolExecutor(len(PROMPTS)) as at_once:
        answers = list(at_once.map(lambda prompt: write(served, prompt), PROMPTS))
    answers.append(write(served, PROMPTS[0]))
    return [answer.raise_for_status().json()["choices"][0]["text"] for answer in answers]


def lose(served: Served, number: signal.Signals) -> float:
    """Seconds until every question that was being answered has its error, after a worker got this signal."""
    before = len(served.log.read_bytes())
    with ThreadPoolExecutor(4) as at_once:
        asked = [at_once.submit(write, served, PROMPTS[0], 400, ignore_eos=True) for _ in range(4)]
        time.sleep(1.0)
        served.workers()[-1].send_signal(number)
        start = time.monotonic()
        for one in asked:
            try:
                assert one.result().status_code == 500, one.result().text
            except httpx.TransportError:
                continue  # the server has ended already
    took = time.monotonic() - start
    assert len(served.log.read_bytes()) > before
    return took


def ends_by_itself(served: Served) -> bool:
    try:
        return served.process.wait(GRACE) == 1
    finally:
        for left in psutil.Process().children(recursive=True):
            if left.status() == psutil.STATUS_STOPPED:
                left.kill()


def named_kernel(served: Served) -> str:
    about = state.read(served.state_file)
    assert about is not None
    return about.kernel


def test_half_of_the_experts_do_not_know_the_text(model: Path) -> None:
    """Or the tests below would pass with a rank's experts lost."""
    import torch
    from transformers import AutoModelForCausalLM

    half = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16).eval()
    with torch.inference_mode():
        for layer in half.model.layers:
            layer.mlp.experts.down_proj[tiny.EXPERTS // 2 :] = 0
        for prompt, wanted in zip(PROMPTS, WANTED, strict=True):
            given = torch.tensor([list(prompt.encode())])
            written = half.generate(given, max_new_tokens=len(wanted), do_sample=False)[0, given.shape[1] :]
            assert bytes(written.tolist()) != wanted.encode()


@pytest.mark.slow
def test_one_rank_writes_what_it_knows_by_heart(model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, *flags(model)) as served:
        assert everything_written(served) == [*WANTED, WANTED[0]]


def test_data_and_expert_parallel_writes_the_same_and_a_stopped_rank_is_an_error(model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, *flags(model, *DATA)) as served:
        assert named_kernel(served) == "HouseExperts"
        assert len(served.workers()) == 2
        assert everything_written(served) == [*WANTED, WANTED[0]]
        assert lose(served, signal.SIGSTOP) < DEADLINE + GRACE
        assert ends_by_itself(served)


def test_tensor_and_expert_parallel_writes_the_same_and_a_killed_rank_is_an_error(model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, *flags(model, *TENSOR)) as served:
        assert named_kernel(served) == "HouseExperts"
        assert len(served.workers()) == 2
        assert everything_written(served) == [*WANTED, WANTED[0]]
        assert lose(served, signal.SIGKILL) < GRACE
        assert ends_by_itself(served)


@pytest.mark.slow
def test_a_killed_rank_of_data_and_expert_parallel_is_an_error_at_once(model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, *flags(model, *DATA)) as served:
        assert lose(served, signal.SIGKILL) < GRACE
        assert ends_by_itself(served)


@pytest.mark.slow
def test_a_stopped_rank_of_tensor_and_expert_parallel_is_an_error(model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, *flags(model, *TENSOR)) as served:
        assert lose(served, signal.SIGSTOP) < DEADLINE + GRACE
        assert ends_by_itself(served)
