import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.errors import BadPlacement
from inference.moe.parallel.placement import NOWHERE, Placement, linear, of


@given(st.integers(1, 40), st.integers(1, 9))
def test_a_linear_placement_holds_every_expert_once_and_evenly(experts: int, ranks: int) -> None:
    placement = linear(experts, ranks)
    sizes = [sum(expert != NOWHERE for expert in mine) for mine in placement.held]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == experts
    assert placement.replicas.tolist() == [1] * experts


def test_ten_experts_on_four_ranks() -> None:
    assert linear(10, 4).held == ((0, 1, 2), (3, 4, 5), (6, 7, -1), (8, 9, -1))


def test_a_table_lists_the_physical_slots_of_every_replica() -> None:
    placement = of(3, [[2, 0], [1, 2], [2]], 2)
    assert placement.table.tolist() == [[1, -1, -1], [2, -1, -1], [0, 3, 4]]
    assert placement.replicas.tolist() == [1, 1, 3]


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (((0, 1), (0, 1)), r"experts \[2\] are unknown or held by no rank"),
        (((0, 1), (2, 3)), r"experts \[3\] are unknown"),
        (((0, 0), (1, 2)), "rank 0 holds an expert twice"),
        (((0, 1), (2,)), "equally many places"),
    ],
)
def test_a_placement_that_cannot_work_is_refused(held: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(BadPlacement, match=message) as caught:
        Placement(3, held)
    assert any(word in caught.value.chinese for word in ("专家", "rank"))


@pytest.mark.parametrize(("experts", "ranks"), [(0, 1), (1, 0)])
def test_nothing_cannot_be_placed(experts: int, ranks: int) -> None:
    with pytest.raises(BadPlacement, match="an expert and a rank"):
        linear(experts, ranks)
