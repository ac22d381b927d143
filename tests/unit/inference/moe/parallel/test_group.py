from pathlib import Path

import pytest
import torch

from inference.moe.parallel import ranks
from inference.moe.parallel.group import Group
from tests.unit.inference.moe.parallel import cases

TYPES = [torch.float32, torch.bfloat16, torch.float16, torch.float8_e4m3fn, torch.int8, torch.uint8, torch.int32]


@pytest.mark.parametrize("dtype", TYPES)
def test_rows_of_every_type_arrive_as_they_were(dtype: torch.dtype, tmp_path: Path) -> None:
    assert ranks.run(2, tmp_path, cases.types, dtype) == [True, True]


def test_a_group_of_one_keeps_its_rows_and_sends_nothing() -> None:
    group, rows = Group(), torch.ones(2, 3)
    assert group.exchange(rows, [2], [2], "test") is rows
    assert group.gather(torch.tensor([4, 5]), "test").tolist() == [[4, 5]]
    assert group.traffic.bytes == 0
