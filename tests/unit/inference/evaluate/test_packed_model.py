"""A model of transformers that computes with our packed weights, and is itself again afterwards.

Its weights are random, so a token may go to another expert by a rounding: that is most of the difference.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from inference.evaluate.packed_model import mean_loss, packed
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Inputs

IDS = torch.randint(0, 300, (40,), generator=torch.Generator().manual_seed(0))


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(IDS[None]).logits[0].float()
    return found


@pytest.mark.parametrize(("fmt", "near"), [(Format.BF16, 0.1), (Format.INT8, 0.16), (Format.INT4, 0.5)])
def test_packed_weights_give_nearly_the_same(small_mixture: Any, library: Library, fmt: Format, near: float) -> None:
    plain = logits(small_mixture)
    with packed(small_mixture, library, fmt, Inputs.INT8 if fmt else Inputs.AUTO):
        theirs = logits(small_mixture)
    assert (theirs - plain).norm() / plain.norm() < near
    assert not torch.equal(theirs, plain)


def test_afterwards_the_model_is_as_before(small_mixture: Any, library: Library) -> None:
    plain = logits(small_mixture)
    with packed(small_mixture, library, Format.INT4):
        pass
    assert torch.equal(logits(small_mixture), plain)


def test_fewer_bits_are_fewer_bytes(small_mixture: Any, library: Library) -> None:
    sizes = []
    for fmt in (Format.BF16, Format.INT8, Format.INT4):
        with packed(small_mixture, library, fmt, experts_only=True) as size:
            sizes.append(size)
    assert sizes[0] > 1.7 * sizes[1] > 1.7 * sizes[2]


def test_attention_and_head_stay_in_bf16_if_asked(small_mixture: Any, library: Library) -> None:
    with packed(small_mixture, library, Format.INT8, experts_only=True) as experts:
        pass
    with packed(small_mixture, library, Format.INT8) as everything:
        pass
    assert everything > experts


def test_a_model_without_experts_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="no experts"), packed(nn.Linear(64, 64), library, Format.BF16):
        pass


class Even:
    """Says that all of `words` are equally likely."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.seen: list[int] = []

    def __call__(self, ids: torch.Tensor) -> Any:
        self.seen.append(ids.shape[1])
        return type("Output", (), {"logits": torch.zeros(1, ids.shape[1], self.words)})


def test_who_knows_nothing_is_as_perplexed_as_there_are_words() -> None:
    model = Even(50)
    loss, count = mean_loss(model, torch.arange(21), window=8)
    assert math.exp(loss) == pytest.approx(50)
    assert model.seen == [8, 8, 5]
    assert count == 7 + 7 + 4  # nothing is predicted across a cut


def test_a_last_word_alone_in_its_window_is_left_out() -> None:
    assert mean_loss(Even(9), torch.arange(9), window=8)[1] == 7


def test_a_text_of_one_token_has_no_perplexity() -> None:
    with pytest.raises(ValueError, match="shorter"):
        mean_loss(Even(5), torch.arange(1), window=8)
