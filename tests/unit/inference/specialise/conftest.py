"""A small mixture with copied experts, as upcycling makes it, and two domains that can be told apart by their bytes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.specialise.__main__ import main
from tests import mixture

EXPERTS = 4


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other at every small product take minutes on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def fresh(seed: int = 3, spread: float = 0.12) -> Any:
    model = mixture.random_mixture(
        seed,
        hidden_size=64,
        num_attention_heads=2,
        num_key_value_heads=1,
        moe_intermediate_size=96,
        intermediate_size=96,
        shared_expert_intermediate_size=32,
        num_experts=EXPERTS,
        tie_word_embeddings=True,
        initializer_range=spread,
    )
    for layer in model.model.layers:
        for weight in (layer.mlp.experts.gate_up_proj, layer.mlp.experts.down_proj):
            weight.data[1:] = weight.data[0]
        layer.mlp.gate.weight.data.normal_(0, 0.02)
    return model.to(torch.bfloat16).eval()


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On disk, with a tokenizer of single bytes."""
    return mixture.written(fresh(), tmp_path_factory.mktemp("models") / "copied")


@pytest.fixture(scope="session")
def modest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that finds all bytes equally likely: whoever learns some of them makes the others less likely."""
    return mixture.written(fresh(spread=0.005), tmp_path_factory.mktemp("models") / "modest")


def letters(alphabet: str, count: int, seed: int) -> str:
    """Words of one alphabet: what can be learnt is which letters there are."""
    drawn = random.Random(seed)
    words = ("".join(drawn.choices(alphabet, k=4)) for _ in range(count // 5))
    return " ".join(words) + "\n"


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`ledger` is of digits, `code` of brackets and letters, `turned` ends otherwise than it begins."""
    folder = tmp_path_factory.mktemp("texts")
    texts = {
        "ledger": letters("0123456789", 4000, 1),
        "code": letters("(){}abc=", 4000, 2),
        "turned": "mno" * 1130 + "XYZ" * 240,
    }
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.txt" for name in texts}


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The object on the last line."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def train(base: Path, into: Path, *domains: str, steps: int = 24, extra: tuple[str, ...] = ()) -> int:
    """The command as a person gives it."""
    named = [part for domain in domains for part in ("--domain", domain)]
    small = ("--window", "32", "--rank", "4", "--learning-rate", "0.02", "--router-rate", "0.05", "--windows", "8")
    fixed = ("--steps", str(steps), "--keep-every", "4", "--device", "cpu", "--threads", "1")
    return main(["train", "--model", str(base), "--into", str(into), *named, *small, *fixed, *extra])


@pytest.fixture(scope="session")
def trained(base: Path, files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Deltas of two domains that gained."""
    torch.set_num_threads(1)
    into = tmp_path_factory.mktemp("deltas") / "both"
    assert train(base, into, f"ledger={files['ledger']}", f"code={files['code']}") == 0
    return into
