from __future__ import annotations

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
