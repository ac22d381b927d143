"""What fewer experts cost: perplexity and the share of expert work that is saved, by the router's confidence.

Of a model whose experts are identical this says how much work can be left out for nothing: perplexity does not change.
With one expert a token nothing can be left out.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from inference.catalog import default_cache
from inference.evaluate import perplexity
from inference.evaluate.packed_model import mean_loss, packed
from inference.evaluate.perplexity import FORMATS, Text
from inference.moe.confidence import sure
from inference.moe.kernels.cpu import build
from inference.moe.kernels.cpu.library import Library


@dataclass(slots=True)
class Work:
    """Slots (token times expert) that were asked for, and those that were computed."""

    asked: int = 0
    computed: int = 0

    @property
    def saved(self) -> float:
        """Share of the expert work that was left out."""
        return 1 - self.computed / self.asked if self.asked else 0.0


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own class is private
    """The command's arguments."""
    parser = commands.add_parser("confidence", help="of fewer experts for tokens whose router is sure")
    parser.add_argument("--model", type=Path, required=True, help="folder of a mixture, as transformers reads it")
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="files, or folders of them")
    parser.add_argument("--shares", default="1,0.9,0.8,0.7,0.6", help="of a token's weights that its experts must hold")
    parser.add_argument("--experts", choices=sorted(FORMATS), default="int4", help="format of the experts")
    parser.add_argument("--tokens", type=int, default=2048, help="of each text at most")
    parser.add_argument("--window", type=int, default=512, help="tokens that are seen together")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Measure and print, JSON on the last line; 1 with a sentence where something that was named is not there."""
    try:
        shares = _shares(asked.shares)
        model, texts = perplexity.load(asked.model, asked.text, asked.tokens)
        rows = measure(model, texts, shares, asked.experts, asked.window)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for row in rows:
        sys.stdout.write(
            f"confidence {row['share']:<5g} perplexity {row['perplexity']:.3f} "
            f"({row['perplexity'] / rows[0]['perplexity'] - 1:+.2%})  expert work saved {row['saved']:.1%}\n"
        )
    top_k = int(getattr(model.config, "num_experts_per_tok", 1))
    if top_k == 1:
        sys.stdout.write("one expert a token: there is nothing to leave out / 每个词元只有一个专家，没有可省略的计算\n")
    sys.stdout.write(json.dumps({"model": asked.model.name, "top_k": top_k, "rows": rows}) + "\n")
    return 0


def _shares(text: str) -> list[float]:
    shares = [float(share) for share in text.split(",")]
    if not all(0 < share <= 1 for share in shares):
        raise ValueError("--shares are above 0 and at most 1\n--shares 应大于 0 且不超过 1")
    return shares


def measure(model: Any, texts: list[Text], shares: list[float], fmt: str, window: int) -> list[dict[str, float]]:  # noqa: ANN401 - any that gives logits
    """A row for each share: perplexity over all texts together, and the share of expert work that was left out."""
    library = Library.load(build.library(build.default_cache(default_cache())))
    rows: list[dict[str, float]] = []
    with packed(model, library, FORMATS[fmt]):
        for share in shares:
            with leaving_out(model, share) as work:
                losses = [mean_loss(model, text.ids, window) for text in texts]
            mean = sum(loss * count for loss, count in losses) / sum(count for _, count in losses)
            rows.append({"share": share, "perplexity": math.exp(mean), "saved": work.saved})
    return rows


@contextmanager
def leaving_out(model: nn.Module, share: float) -> Iterator[Work]:
    """Let a model that is `packed` leave out experts as the plugin does in vLLM; as before afterwards."""
    work = Work()
    before = {module: vars(module)["forward"] for module in model.modules() if _packed_experts(module)}
    try:
        for module, forward in before.items():
            vars(module)["forward"] = _choosy(forward, share, work)
        yield work
    finally:
        for module, forward in before.items():
            vars(module)["forward"] = forward


def _packed_experts(module: nn.Module) -> bool:
    return "forward" in vars(module) and hasattr(module, "gate_up_proj")


def _choosy(forward: Any, share: float, work: Work) -> Any:  # noqa: ANN401 - a function of `packed`
    def choosing(x: Tensor, ids: Tensor, weights: Tensor) -> Tensor:
        kept, scaled = sure(ids, weights, share) if share < 1 else (ids, weights)
        work.asked += ids.numel()
        work.computed += int((kept >= 0).sum())
        out: Tensor = forward(x, kept, scaled)
        return out

    return choosing
