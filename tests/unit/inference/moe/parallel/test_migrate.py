from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.parallel import ranks
from inference.moe.parallel.group import Group
from inference.moe.parallel.migrate import Migration, Move, moves, travelling
from inference.moe.parallel.placement import NOWHERE, linear, of
from tests.unit.inference.moe.parallel import cases

OLD = of(4, [[0, 1, -1], [2, 3, 0]], 3)
NEW = of(4, [[3, 1, 0], [2, 0, 1]], 3)


def test_an_expert_that_stays_on_its_rank_does_not_travel() -> None:
    listed = moves(OLD, NEW)
    assert listed == [Move(3, 4, 0), Move(0, 0, 2), Move(0, 5, 4), Move(1, 1, 5)]
    assert travelling(listed, OLD, NEW) == [Move(3, 4, 0), Move(1, 1, 5)]


def test_replicas_lend_their_weights_in_turn() -> None:
    old = of(2, [[0], [0], [1], [1]], 1)
    new = of(2, [[1], [1], [0], [0]], 1)
    assert [move.source for move in moves(old, new)] == [2, 3, 0, 1]


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_carrying_out_the_moves_gives_the_new_layout(first: list[int], second: list[int]) -> None:
    old, new = of(6, [first[:3], first[3:]], 4), of(6, [second[:2], second[2:]], 4)
    before = [expert for mine in old.held for expert in mine]
    after = [expert for mine in new.held for expert in mine]
    got = [old_one if old_one == new_one else NOWHERE for old_one, new_one in zip(before, after, strict=True)]
    for move in moves(old, new):
        assert before[move.source] == move.expert
        got[move.target] = before[move.source]
    assert got == after


def test_the_layer_answers_the_same_while_its_experts_move(tmp_path: Path) -> None:
    ids = torch.tensor([[0, 3], [1, 2], [3, 0], [2, 1]], dtype=torch.int32)
    done = ranks.run(2, tmp_path, cases.moving, OLD, NEW, ids)
    assert [(during, after) for during, after, _ in done] == [(True, True)] * 2
    expert = (2 * cases.INNER * cases.HIDDEN + cases.HIDDEN * cases.INNER) * 4
    assert sum(moved for *_, moved in done) == expert * len(travelling(moves(OLD, NEW), OLD, NEW))


def test_the_new_layout_is_not_given_out_before_it_is_whole() -> None:
    migration = Migration(torch.arange(3.0)[:, None], linear(3, 1), of(3, [[2, 1, 0]], 3), Group())
    with pytest.raises(RuntimeError, match="2 experts are still on their way"):
        _ = migration.result
    assert not migration.advance()
    assert migration.advance()
    assert migration.result.flatten().tolist() == [2, 1, 0]
