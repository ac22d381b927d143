"""A checkpoint is whole or absent, and one that has changed is not believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inference.specialise import checkpoints
from inference.specialise.errors import DamagedDeltas, RunDiffers

RUN = {"seed": "0", "domain law": "ab"}
LOAD = torch.full((2, 3), 1 / 3)


def learner(start: float) -> tuple[Any, torch.optim.AdamW]:
    module = nn.Linear(3, 2)
    nn.init.constant_(module.weight, start)
    return module, torch.optim.AdamW(module.parameters(), lr=0.1)


def step(module: Any, learn: torch.optim.AdamW) -> None:
    module(torch.ones(1, 3)).square().sum().backward()
    learn.step()
    learn.zero_grad()


def test_what_was_learnt_and_the_moments_come_back(tmp_path: Path) -> None:
    module, learn = learner(1.0)
    for number in range(3):
        step(module, learn)
        checkpoints.save(tmp_path, RUN, number + 1, module, learn, LOAD)
    again, theirs = learner(7.0)
    taken, load = checkpoints.restore(tmp_path, RUN, again, theirs)
    assert taken == 3
    assert load is not None
    assert torch.equal(load, LOAD)
    step(module, learn)
    step(again, theirs)
    assert all(torch.equal(one, other) for one, other in zip(module.parameters(), again.parameters(), strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000003"]


def test_where_there_is_none_a_run_begins(tmp_path: Path) -> None:
    assert checkpoints.restore(tmp_path / "new", RUN, *learner(1.0)) == (0, None)


def test_a_half_written_one_is_not_seen(tmp_path: Path) -> None:
    module, learn = learner(1.0)
    step(module, learn)
    checkpoints.save(tmp_path, RUN, 4, module, learn, LOAD)
    (tmp_path / ".step-8.tmp").mkdir()
    (tmp_path / ".step-8.tmp" / "state.json").write_text("{")
    assert checkpoints.restore(tmp_path, RUN, *learner(1.0))[0] == 4
    checkpoints.save(tmp_path, RUN, 8, module, learn, LOAD)
    assert checkpoints.restore(tmp_path, RUN, *learner(1.0))[0] == 8


def test_what_differs_is_named(tmp_path: Path) -> None:
    module, learn = learner(1.0)
    step(module, learn)
    checkpoints.save(tmp_path, RUN, 4, module, learn, LOAD)
    with pytest.raises(RunDiffers, match=r"\(domain law, rank differs\)"):
        checkpoints.restore(tmp_path, {"seed": "0", "domain law": "cd", "rank": "4"}, module, learn)


@pytest.mark.parametrize(("file", "said"), [("state.safetensors", "has changed"), ("state.json", "cannot be read")])
def test_a_changed_one_is_refused(tmp_path: Path, file: str, said: str) -> None:
    module, learn = learner(1.0)
    step(module, learn)
    checkpoints.save(tmp_path, RUN, 4, module, learn, LOAD)
    (tmp_path / "step-00000004" / file).write_bytes(b"{}")
    with pytest.raises(DamagedDeltas, match=said):
        checkpoints.restore(tmp_path, RUN, module, learn)
