"""The devices that are known, as far as their figures must fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.capacity.machines import GIB, MACHINES, Machine

BY_NAME = {machine.name: machine for machine in MACHINES}


def test_names_are_unique_and_every_figure_has_a_source() -> None:
    assert len(BY_NAME) == len(MACHINES)
    assert all(machine.source for machine in MACHINES)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_figures_are_in_their_units(machine: Machine) -> None:
    assert 1e9 < machine.read < 1e13
    assert 1e11 < machine.bf16 < 1e16
    assert machine.fp8 is None or machine.fp8 > machine.bf16
    assert 8 * GIB < machine.memory < 1024 * GIB
    assert machine.network <= machine.link < machine.read
    assert 1 <= machine.devices <= 8


def test_cpus_are_told_from_gpus() -> None:
    assert {name for name, machine in BY_NAME.items() if machine.processor} == {
        "cpu-2-cores-amx",
        "cpu-2-cores-avx512",
        "cpu-64-cores-12-channels",
    }


def test_what_was_measured_here_is_what_the_figures_page_says() -> None:
    figures = (Path(__file__).parents[4] / "docs" / "figures.md").read_text(encoding="utf-8")
    assert f"{BY_NAME['cpu-2-cores-amx'].read / 1e9:g} GB/s that the machine gave" in figures
    assert BY_NAME["h200"].read == 4.3e12
    assert BY_NAME["h200"].bf16 == 790e12


def test_an_h200_is_an_h100_with_more_and_faster_memory() -> None:
    old, new = BY_NAME["h100"], BY_NAME["h200"]
    assert (old.bf16, old.fp8, old.link) == (new.bf16, new.fp8, new.link)
    assert new.memory > old.memory
    assert new.read > old.read
