from __future__ import annotations

import pytest

from inference.capacity.evidence import Evidence, all_of_it


def test_no_measurement_is_better_than_the_roofline_and_none_is_far_from_it() -> None:
    for one in all_of_it():
        assert 1.0 <= one.ratio <= 4.0, one


def test_a_ratio_says_how_many_times_better_the_roofline_is() -> None:
    assert Evidence("", "tokens/s", 5.0, 10.0, "").ratio == 2.0
    assert Evidence("", "us", 30.0, 10.0, "").ratio == 3.0


def test_cpus_and_gpus_are_both_there_with_their_sources() -> None:
    units = [one.unit for one in all_of_it()]
    assert units.count("tokens/s") >= 3
    assert units.count("us") >= 6
    assert all(one.source for one in all_of_it())


def test_on_one_machine_the_formats_gain_what_their_bytes_promise() -> None:
    """The roofline's order is the machine's: int4 against bf16 of one model is within a third of what was measured."""
    served = {one.what: one for one in all_of_it() if "1.5b" in one.what and "amx" in one.what}
    int4, bf16 = (next(one for what, one in served.items() if f", {kept}, " in what) for kept in ("int4", "bf16"))
    assert int4.predicted / bf16.predicted == pytest.approx(int4.measured / bf16.measured, rel=1 / 3)
