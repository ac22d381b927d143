from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.loaders.headings import HeadingPath


def test_a_heading_closes_those_of_its_own_and_deeper_levels() -> None:
    path = HeadingPath()
    for level, text in ((1, "A"), (2, "B"), (3, "C"), (2, "D")):
        path.enter(level, text)
    assert path.current == ("A", "D")


def test_skipped_levels_do_no_harm() -> None:
    path = HeadingPath()
    path.enter(3, "deep")
    path.enter(6, "deeper")
    path.enter(4, "between")
    assert path.current == ("deep", "between")


def test_blanks_are_tidied_and_an_empty_heading_only_closes() -> None:
    path = HeadingPath()
    path.enter(1, "  A \n b ")
    assert path.current == ("A b",)
    path.enter(1, "  ")
    assert path.current == ()


@given(st.lists(st.integers(1, 6), max_size=20))
def test_the_path_is_never_longer_than_the_deepest_level(levels: list[int]) -> None:
    path = HeadingPath()
    for level in levels:
        path.enter(level, f"h{level}")
        assert path.current[-1] == f"h{level}"
        assert list(path.current) == sorted(set(path.current))
