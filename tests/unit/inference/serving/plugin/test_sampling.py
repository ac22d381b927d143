"""Against the rules in their plainest form: everything sorted, everything counted."""

import logging
import math
import sys
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from inference.serving.plugin import loaded, sampling
from inference.serving.plugin.sampling import likeliest, narrowing, penalise, penalising, spread, spreading

VOCABULARY = 3000
NONE = VOCABULARY
"""The id that fills rows up."""


def drawn(seed: int, rows: int = 1, spread: float = 3.0) -> Tensor:
    return torch.randn(rows, VOCABULARY, generator=torch.Generator().manual_seed(seed)) * spread


def kept_by_sorting(row: Tensor, share: float) -> set[int]:
    """The fewest likeliest tokens that hold `share`, in float64."""
    order = row.double().softmax(0).sort(descending=True)
    held, kept = 0.0, set()
    for token, value in zip(order.indices.tolist(), order.values.tolist(), strict=True):
        kept.add(token)
        held += value
        if held >= share:
            break
    return kept


def penalised_by_counting(
    row: Tensor, prompt: list[int], output: list[int], once: float, each: float, again: float
) -> Tensor:
    out = row.clone()
    for token in range(len(row)):
        times = output.count(token)
        if times or token in prompt:
            out[token] = out[token] / again if out[token] > 0 else out[token] * again
        out[token] -= each * times + once * (times > 0)
    return out


def filled(*rows: list[int]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [NONE] * (longest - len(row)) for row in rows], dtype=torch.int64)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.05, 1.0, 3.0, 12.0]), share=st.floats(0.05, 0.99))
def test_top_p_keeps_what_sorting_everything_keeps(seed: int, spread: float, share: float) -> None:
    row = drawn(seed, spread=spread)
    found = likeliest(row.clone(), torch.tensor([share]))[0]
    kept = set(found.isfinite().nonzero().flatten().tolist())
    wanted = kept_by_sorting(row[0], float(torch.tensor(share)))
    assert len(kept ^ wanted) <= 1  # the last one may lie on the limit, in one rounding or the other
    assert torch.equal(found[found.isfinite()], row[0][found.isfinite()])


def test_the_likeliest_token_stays_however_small_the_share() -> None:
    logits = drawn(1)
    found = likeliest(logits.clone(), torch.tensor([1e-9]))
    assert found.isfinite().nonzero().tolist() == [[0, int(logits.argmax())]]


def test_a_token_that_holds_everything_is_left_alone() -> None:
    logits = torch.zeros(1, VOCABULARY)
    logits[0, 17] = 200.0
    assert likeliest(logits, torch.tensor([0.95])).isfinite().nonzero().tolist() == [[0, 17]]


def test_equal_tokens_share_what_there_is() -> None:
    found = likeliest(torch.zeros(1, VOCABULARY), torch.tensor([0.5]))
    assert int(found.isfinite().sum()) == pytest.approx(VOCABULARY / 2, abs=1)


def test_forbidden_tokens_stay_forbidden() -> None:
    """A grammar has set all but two to minus infinity."""
    logits = torch.full((1, VOCABULARY), -math.inf)
    logits[0, 5], logits[0, 9] = 1.0, 0.5
    assert set(likeliest(logits, torch.tensor([0.9]))[0].isfinite().nonzero().flatten().tolist()) == {5, 9}


def test_rows_have_their_own_share_and_one_that_wants_everything_keeps_it() -> None:
    logits = drawn(2, rows=3)
    found = likeliest(logits.clone(), torch.tensor([0.3, 1.0, 0.9]))
    few, all_of_it, many = (int(row.isfinite().sum()) for row in found)
    assert few < many < all_of_it == VOCABULARY
    for row, share in ((0, 0.3), (2, 0.9)):
        assert len(set(found[row].isfinite().nonzero().flatten().tolist()) ^ kept_by_sorting(logits[row], share)) <= 1


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    prompt=st.lists(st.integers(0, 60), max_size=12),
    output=st.lists(st.integers(0, 60), max_size=12),
    once=st.sampled_from([0.0, 0.5, -0.5]),
    each=st.sampled_from([0.0, 0.25]),
    again=st.sampled_from([1.0, 1.05, 0.5]),
)
def test_penalties_are_those_of_counting_everything(
    seed: int, prompt: list[int], output: list[int], once: float, each: float, again: float
) -> None:
    logits = drawn(seed)[:, :64].clone()
    wanted = penalised_by_counting(logits[0], prompt, output, once, each, again)
    one = torch.ones(1)
    found = penalise(logits, filled(prompt), filled(output), once * one, each * one, again * one)
    assert found is logits
    torch.testing.assert_close(found[0], wanted, rtol=1e-6, atol=1e-6)


def test_each_row_pays_for_its_own_words() -> None:
    logits = torch.ones(2, VOCABULARY)
    penalise(logits, filled([1], []), filled([], [2, 2]), *torch.tensor([[0.0, 1.0], [0.0, 0.5], [2.0, 1.0]]))
    assert (logits != 1).nonzero().tolist() == [[0, 1], [1, 2]]
    assert (logits[0, 1].item(), logits[1, 2].item()) == (0.5, -1.0)


@pytest.mark.parametrize("live", [True, False])
def test_vllms_own_rules_hold_where_our_library_does_not_compute(live: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--kernel stock` is vLLM as it comes."""
    monkeypatch.setattr(loaded, "live", lambda: live)
    theirs: Callable[..., Tensor] = lambda *_given: torch.zeros(1)  # noqa: E731
    logits, one, ids = drawn(3), torch.ones(1), filled([1])
    assert len(narrowing(theirs)(logits.clone(), None, one * 0.5)) == 1
    assert (narrowing(theirs)(logits.clone(), None, one * 0.5).dim() == 2) is live
    assert (penalising(theirs)(logits.clone(), ids, ids, 0 * one, 0 * one, 2 * one).dim() == 2) is live


def test_what_a_request_is_sampled_with_is_said_for_each_of_its_guesses() -> None:
    """Temperatures are fractions: through whole numbers 0.3 became 0, and the rest whatever lay in memory."""
    given = torch.tensor([0.3, 0.0, 0.9])
    assert spread(given, torch.tensor([2, 5, 6], dtype=torch.int32), 6).tolist() == pytest.approx(
        [0.3, 0.3, 0, 0, 0, 0.9]
    )
    assert spread(given, torch.tensor([0, 1, 1]), 1, replace_from=0, replace_to=1).tolist() == [1.0]
    assert spread(torch.tensor([7, 8]), torch.tensor([1, 3]), 3).tolist() == [7, 8, 8]
    nothing = spread(given, torch.zeros(3, dtype=torch.int32), 0)
    assert (nothing.shape, nothing.dtype) == ((0,), torch.float32)


@pytest.mark.parametrize("live", [True, False])
def test_guesses_are_vllms_own_affair_where_our_library_does_not_compute(
    live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded, "live", lambda: live)
    expand = spreading(lambda *_given: torch.zeros(1))
    assert expand(torch.tensor([0.5]), cu_num_tokens=torch.tensor([2]), num_tokens=2).tolist() == (
        [0.5, 0.5] if live else [0.0]
    )


def test_a_limit_on_the_number_of_tokens_is_vllms_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded, "live", lambda: True)
    asked: list[object] = []
    narrow = narrowing(lambda logits, k, _p: asked.append(k) or logits)  # type: ignore[func-returns-value]
    narrow(drawn(4), torch.tensor([3]), torch.tensor([0.5]))
    narrow(drawn(4), None, None)
    assert [k is None for k in asked] == [False, True]


def test_a_vllm_that_looks_them_up_elsewhere_keeps_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "vllm.v1.sample", None)
    with caplog.at_level(logging.INFO, logger=sampling.__name__):
        sampling.offer()
    assert "plugin.without_sampling" in caplog.text
