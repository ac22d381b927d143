"""The golden corpus: awkward files, each with the outcome that a reader may rely on, all read by one limited child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.loaders.isolated import ChildLimits, IsolatedParser
from retrieval.messages import explain
from tests.unit.retrieval.golden.offices import OFFICES
from tests.unit.retrieval.golden.pictures import PICTURES
from tests.unit.retrieval.golden.texts import TEXTS, Case

CASES = [*TEXTS, *OFFICES, *PICTURES]
REFUSALS = {"damaged", "too_large", "timeout", "crashed_parser", "no_text", "scan_too_slow"}


@pytest.fixture(scope="module")
def unhurried() -> Iterator[IsolatedParser]:
    """For what can be read: recognising a page beside other tests may take longer than a reader would wait."""
    made = IsolatedParser(ChildLimits(seconds=240))
    yield made
    made.close()


@pytest.fixture(scope="module")
def parser() -> Iterator[IsolatedParser]:
    made = IsolatedParser(ChildLimits(seconds=60))
    yield made
    made.close()


TOLD_ELSEWHERE = {
    "english.webp",
    "sideways.png",
    "scan-turned.pdf",
    "scan-stamped.pdf",
    "scan-english.pdf",
    "table.png",
}
"""Text recognition that a loader's own test covers: run by `make campaign`."""


def marked(case: Case) -> object:
    slow = [pytest.mark.slow] if case[0] in TOLD_ELSEWHERE else []
    return pytest.param(case, id=case[0], marks=slow)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_a_file_has_the_outcome_that_is_written_beside_it(
    parser: IsolatedParser, unhurried: IsolatedParser, tmp_path: Path, case: Case
) -> None:
    name, data, expected = case
    path = tmp_path / name
    path.write_bytes(data() if callable(data) else data)
    if isinstance(expected, tuple):
        text = "\n".join(section.text for section in unhurried(path, name, LoaderLimits()).sections)
        assert [words for words in expected if words not in text] == []
        return
    with pytest.raises(UnreadableDocument) as caught:
        parser(path, name, LoaderLimits())
    assert caught.value.code in (REFUSALS if expected == "any" else {expected})
    assert all(explain(caught.value, language) for language in ("en", "zh"))


def test_there_are_at_least_sixty_files_and_no_name_twice() -> None:
    assert len({case[0] for case in CASES}) == len(CASES) >= 60
