"""What must hold of any prediction, and the floors that others computed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capacity.machines import GIB, MACHINES, Machine
from inference.capacity.models import MODELS, Kept, Model
from inference.capacity.roofline import (
    USABLE,
    Load,
    Prediction,
    experts_seconds,
    predict,
    sending,
    step,
    weights_of_a_rank,
)
from inference.serving.config import Layout

QWEN = next(model for model in MODELS if model.name == "qwen3-30b-a3b")
DEEPSEEK = next(model for model in MODELS if model.name == "deepseek-v3")
H200 = next(machine for machine in MACHINES if machine.name == "h200")

SIZES = st.sampled_from([1, 2, 4, 8])


@dataclass(frozen=True)
class Case:
    model: Model
    kept: Kept
    machine: Machine
    layout: Layout

    def predict(self, users: int, context: int = 256) -> Prediction:
        return predict(self.model, self.kept, self.machine, self.layout, Load(users, context))


CASES = st.builds(
    Case,
    st.sampled_from(MODELS),
    st.sampled_from(list(Kept)),
    st.sampled_from(MACHINES),
    st.builds(Layout, tensor=SIZES, data=SIZES, experts=st.booleans()),
)


@pytest.mark.parametrize(
    ("kept", "tokens", "floor"),
    [(Kept.BF16, 1, 17.6), (Kept.BF16, 16, 181), (Kept.BF16, 64, 276), (Kept.FP8, 1, 8.8), (Kept.FP8, 64, 138)],
)
def test_the_floors_of_decode_are_those_that_were_published(kept: Kept, tokens: int, floor: float) -> None:
    assert experts_seconds(QWEN, kept, H200, tokens) * 1e6 == pytest.approx(floor, rel=0.01)


def test_the_floors_of_prefill_too() -> None:
    assert experts_seconds(QWEN, Kept.BF16, H200, 8192) * 1e6 == pytest.approx(783, rel=0.01)
    assert experts_seconds(QWEN, Kept.BF16, H200, 2048) * 1e6 == pytest.approx(281, rel=0.01)  # reading rules there


def test_a_rank_of_deepseek_reads_what_was_published() -> None:
    """32 of 256 experts; a batch of 8 on each of eight ranks: 285 us in fp8."""
    assert experts_seconds(DEEPSEEK, Kept.FP8, H200, 8, ranks=8) * 1e6 == pytest.approx(285, rel=0.02)


@given(CASES, st.integers(1, 256), st.integers(1, 8192))
def test_more_memory_never_serves_fewer(case: Case, users: int, context: int) -> None:
    larger = replace(case, machine=replace(case.machine, memory=case.machine.memory * 2))
    less, more = case.predict(users, context), larger.predict(users, context)
    assert more.users >= less.users
    assert less.tokens_per_second is None or more.tokens_per_second == less.tokens_per_second


@given(CASES, st.integers(1, 128))
def test_twice_the_users_never_get_fewer_tokens_together(case: Case, users: int) -> None:
    one, two = case.predict(users), case.predict(2 * users)
    assert (one.tokens_per_second is None) == (two.tokens_per_second is None)
    if one.tokens_per_second and two.tokens_per_second and one.each and two.each:
        assert two.tokens_per_second >= one.tokens_per_second * 0.999
        assert two.each <= one.each * 1.001


@given(CASES)
def test_ranks_that_share_hold_less_and_all_of_it_together(case: Case) -> None:
    alone = weights_of_a_rank(case.model, case.kept, Layout())
    shared = weights_of_a_rank(case.model, case.kept, case.layout)
    assert shared <= alone
    assert shared * case.layout.ranks >= case.model.weight_bytes(case.kept) * 0.999
    assert case.predict(1, 1).weight_bytes == shared


def test_what_does_not_fit_has_no_figures() -> None:
    said = predict(DEEPSEEK, Kept.FP8, H200, Layout(), Load(1))
    assert said.weight_bytes > H200.memory
    assert (said.tokens_per_second, said.each, said.users) == (None, None, 0)


def test_users_are_bound_by_what_is_left_for_keys_and_values() -> None:
    said = predict(QWEN, Kept.FP8, H200, Layout(), Load(1, 4096))
    left = H200.memory * USABLE - 2 * GIB - QWEN.weight_bytes(Kept.FP8)
    assert said.users == int(left // (QWEN.cache_bytes * 4096))


def test_cached_heads_are_shared_until_there_are_more_ranks_than_heads() -> None:
    users = [predict(QWEN, Kept.FP8, H200, Layout(tensor=n), Load(1)).cache_tokens for n in (1, 4, 8)]
    assert users[1] > 4 * users[0]
    assert users[2] < users[1] * 1.1  # four heads on eight ranks: every one twice


def test_one_rank_sends_nothing_and_the_network_is_slower_than_the_node() -> None:
    assert sending(QWEN, H200, Layout(), 64) == 0
    inside = sending(DEEPSEEK, H200, Layout(data=8, experts=True), 64)
    across = sending(DEEPSEEK, H200, Layout(data=16, experts=True), 64)
    assert across > 3 * inside > 0
    assert sending(DEEPSEEK, H200, Layout(data=8), 64) == 0  # groups that only answer different questions


def test_experts_on_all_ranks_are_read_once_for_everybody() -> None:
    apart = step(DEEPSEEK, Kept.FP8, H200, Layout(tensor=1, data=8), Load(512))[0]
    together = step(DEEPSEEK, Kept.FP8, H200, Layout(tensor=1, data=8, experts=True), Load(512))[0]
    assert together < apart / 3
