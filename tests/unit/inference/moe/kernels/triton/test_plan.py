"""The plan that the device makes, held to the oracle's and to what any plan must keep."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.inference.moe.kernels.triton import cases


def both(run: Any, *args: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    made = run(cases.plan, *args)
    places = made.pop("places")
    assert sum(made["counts"]) <= places
    return made, cases.wanted_plan(*args)


@given(
    ids=st.lists(st.integers(-2, 6), max_size=60),
    top_k=st.integers(1, 4),
    block=st.sampled_from([16, 32]),
    mapped=st.booleans(),
)
@settings(max_examples=25)
def test_a_plan_is_the_oracles(interpreted: Any, ids: list[int], top_k: int, block: int, mapped: bool) -> None:
    rows = [ids[at : at + top_k] for at in range(0, len(ids) - top_k + 1, top_k)]
    table = [2, -1, 0, -1, 1] if mapped else None
    made, wanted = both(interpreted, rows, top_k, 3 if mapped else 5, block, table)
    assert made == wanted


@given(ids=st.lists(st.integers(-1, 5), min_size=1, max_size=48), block=st.sampled_from([16, 64]))
@settings(max_examples=15)
def test_every_slot_has_one_place_inside_its_expert(interpreted: Any, ids: list[int], block: int) -> None:
    made = interpreted(cases.plan, [[one] for one in ids], 1, 6, block)
    taken = [place for place in made["place"] if place >= 0]
    assert len(set(taken)) == len(taken) == sum(one >= 0 for one in ids)
    for slot, place in enumerate(made["place"]):
        if place >= 0:
            assert made["block_expert"][place // block] == ids[slot]
            assert made["starts"][ids[slot]] <= place < made["starts"][ids[slot]] + made["counts"][ids[slot]]
        else:
            assert ids[slot] == -1
    assert all(start % block == 0 for start in made["starts"])


def test_the_same_ids_give_the_same_plan(interpreted: Any) -> None:
    ids = [[(7 * n + p) % 6 for p in range(3)] for n in range(40)]
    assert interpreted(cases.plan, ids, 3, 6, 16) == interpreted(cases.plan, ids, 3, 6, 16)


@pytest.mark.parametrize("tokens", [0, 1])
def test_no_tokens_and_one_token(interpreted: Any, tokens: int) -> None:
    made, wanted = both(interpreted, [[1, 3]] * tokens, 2, 4, 16)
    assert made == wanted
    assert made["active"] == [1, 3] * tokens


def test_one_expert_and_all_tokens_to_one(interpreted: Any) -> None:
    for experts in (1, 5):
        made, wanted = both(interpreted, [[experts - 1, experts - 1]] * 40, 2, experts, 16)
        assert made == wanted
        assert made["block_expert"] == [experts - 1] * 5


def test_above_two_thousand_slots_three_launches_make_the_same_plan(interpreted: Any) -> None:
    ids = [[(5 * n + n // 7 + p * p) % 12 - 1 for p in range(3)] for n in range(800)]
    ids[5] = [99, -4, 3]
    made, wanted = both(interpreted, ids, 3, 11, 64)
    assert made == wanted
    assert made["strange"] == 2


@pytest.mark.slow
@pytest.mark.parametrize(("tokens", "experts"), [(2049, 128), (5000, 192), (20000, 8)])
def test_plans_of_the_sizes_of_a_prefill(interpreted: Any, tokens: int, experts: int) -> None:
    ids = [[(11 * n + 17 * p + n * n // 13) % experts for p in range(8)] for n in range(tokens)]
    made, wanted = both(interpreted, ids, 8, experts, 128)
    assert made == wanted


@pytest.mark.parametrize(("what", "says"), [("ids", "int32 or int64"), ("unknown", "unknown_expert")])
def test_what_makes_no_plan_is_said(interpreted: Any, what: str, says: str) -> None:
    assert says in interpreted(cases.refused, what)
