from hypothesis import given
from hypothesis import strategies as st

from inference.catalog import fit
from inference.catalog.fit import GIB, best_generator

PLENTY = 500 * GIB
sizes = st.integers(0, 64 * GIB)


def test_ten_gib_carry_the_larger_model() -> None:
    chosen = best_generator(memory_available=20 * GIB, disk_free=PLENTY)
    assert chosen.model.name == "qwen2.5-coder-1.5b-moe"
    assert chosen.fits


def test_eight_gib_carry_the_smaller_one() -> None:
    chosen = best_generator(memory_available=8 * GIB, disk_free=PLENTY)
    assert chosen.model.name == "qwen2.5-coder-0.5b-moe"
    assert chosen.fits


def test_a_short_disk_takes_the_smaller_model_too() -> None:
    chosen = best_generator(memory_available=20 * GIB, disk_free=5 * GIB)
    assert chosen.model.name == "qwen2.5-coder-0.5b-moe"


def test_a_machine_that_carries_none_gets_the_smallest_and_is_told() -> None:
    chosen = best_generator(memory_available=2 * GIB, disk_free=PLENTY)
    assert chosen.model.name == "qwen2.5-coder-0.5b-moe"
    assert not chosen.fits


@given(memory=sizes, disk=sizes)
def test_whatever_is_said_to_fit_stays_within_memory_and_disk(memory: int, disk: int) -> None:
    chosen = best_generator(memory, disk)
    if chosen.fits:
        assert chosen.serving_bytes <= min(memory, fit.MEMORY_LIMIT)
        assert chosen.disk_bytes <= disk


@given(memory=sizes, more=sizes, disk=sizes)
def test_more_memory_never_makes_the_choice_worse(memory: int, more: int, disk: int) -> None:
    before, after = best_generator(memory, disk), best_generator(memory + more, disk)
    assert (after.fits, after.serving_bytes) >= (before.fits, before.serving_bytes)


def test_the_limit_holds_even_where_there_is_memory_to_spare() -> None:
    assert best_generator(64 * GIB, PLENTY, memory_limit=8 * GIB).model.name == "qwen2.5-coder-0.5b-moe"
