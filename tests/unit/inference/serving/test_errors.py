"""What keeps a model server from starting is said in both languages, with what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.serving.errors import (
    AdapterRefused,
    EngineDied,
    EngineMissing,
    KernelNotLive,
    ModelFolderMissing,
    NotEnoughMemory,
    PortTaken,
    ServingError,
)

GIB = 2**30
EVERY = [
    ModelFolderMissing(Path("/models/tiny")),
    PortTaken("127.0.0.1", 8001, "Address already in use"),
    NotEnoughMemory(5 * GIB, 3 * GIB),
    EngineMissing(),
    AdapterRefused("legal", "has no adapter_config.json", "缺少 adapter_config.json"),
    KernelNotLive("HouseInt4Experts", "CPUUnquantizedExperts"),
    EngineDied(1, ("CUDA error", "gone")),
]


def _subclasses(kind: type[ServingError]) -> set[type[ServingError]]:
    return {kind, *(deeper for child in kind.__subclasses__() for deeper in _subclasses(child))}


def test_every_error_of_the_tree_is_looked_at_here() -> None:
    ours = {kind for kind in _subclasses(ServingError) if kind.__module__ == ServingError.__module__}
    assert ours - {ServingError} == {type(error) for error in EVERY}


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_each_is_caught_as_one_and_speaks_both_languages(error: ServingError) -> None:
    with pytest.raises(ServingError):
        raise error
    assert str(error).isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in error.chinese)


def test_codes_are_stable_and_each_ones_own() -> None:
    assert [error.code for error in EVERY] == [
        "model_folder_missing",
        "port_taken",
        "not_enough_memory",
        "engine_missing",
        "adapter_refused",
        "kernel_not_live",
        "engine_died",
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EVERY[0], ["/models/tiny", "config.json", "python -m inference.catalog pull"]),
        (EVERY[1], ["127.0.0.1:8001", "Address already in use", "--port"]),
        (EVERY[2], ["5.0 GiB", "3.0 GiB", "--memory", "python -m inference.catalog choose"]),
        (EVERY[3], ["vLLM", "infra/locks/cpu.txt"]),
        (EVERY[4], ["legal", "adapter_config.json", "--adapter", "q_proj"]),
        (EVERY[5], ["HouseInt4Experts", "CPUUnquantizedExperts", "--kernel stock"]),
        (EVERY[6], ["1", "CUDA error", "gone"]),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
def test_both_languages_name_the_same_facts_and_the_next_step(error: ServingError, told: list[str]) -> None:
    for fact in told:
        assert fact in str(error)
        assert fact in error.chinese


@pytest.mark.parametrize(
    ("needed", "available", "shown"),
    [(GIB, 0, ("1.0 GiB", "0.0 GiB")), (int(1.25 * GIB), GIB // 2, ("1.2 GiB", "0.5 GiB"))],
)
def test_memory_is_told_in_gibibytes_and_kept_in_bytes(needed: int, available: int, shown: tuple[str, str]) -> None:
    error = NotEnoughMemory(needed, available)
    assert (error.needed, error.available) == (needed, available)
    assert all(size in str(error) for size in shown)


def test_the_last_lines_of_a_dead_engine_stand_one_below_the_other() -> None:
    error = EngineDied(-9, ("first", "second"))
    assert error.status == -9
    assert str(error).splitlines()[1:] == ["  | first", "  | second"]
    assert error.chinese.splitlines()[1:] == ["  | first", "  | second"]


def test_an_engine_that_died_in_silence_is_still_told_of() -> None:
    assert "status 137" in str(EngineDied(137, ()))
