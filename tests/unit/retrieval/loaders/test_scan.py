from __future__ import annotations

from contextvars import copy_context
from pathlib import Path

import numpy as np
import pytest

from retrieval.config import LoaderLimits
from retrieval.errors import RecogniserUnavailable, UnreadableDocument
from retrieval.loaders import progress, scan
from retrieval.loaders.layout import Line
from retrieval.loaders.recogniser import Pixels
from retrieval.loaders.scan import Scans, _parts

PATH = Path("scan.pdf")
WHITE = np.full((100, 100, 3), 255, dtype=np.uint8)


class Scripted:
    """A recogniser that finds the same two lines in every picture."""

    def __init__(self) -> None:
        self.asked: list[Pixels] = []

    def lines(self, picture: Pixels) -> list[Line]:
        self.asked.append(picture)
        return [Line("first line of a page", 0, 0, 300, 20), Line("and its second", 0, 30, 200, 50)]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    made = Scripted()
    monkeypatch.setattr(scan, "recogniser", lambda: made)
    return made


def test_a_page_becomes_text_with_its_number(scripted: Scripted) -> None:
    (section,) = Scans(PATH, LoaderLimits()).sections(WHITE, 7)
    assert (section.page, section.text) == (7, "first line of a page and its second")


def test_more_scanned_pages_than_the_limit_are_refused(scripted: Scripted) -> None:
    scans = Scans(PATH, LoaderLimits(scanned_pages=2))
    scans.sections(WHITE, 1)
    scans.sections(WHITE, 2)
    with pytest.raises(UnreadableDocument, match="more than 2 scanned pages") as caught:
        scans.sections(WHITE, 3)
    assert (caught.value.code, caught.value.detail["limit"]) == ("too_many_scans", "2")


def test_when_time_is_up_the_page_that_was_reached_is_told(scripted: Scripted) -> None:
    scans = Scans(PATH, LoaderLimits(scan_seconds=-1))
    with pytest.raises(UnreadableDocument) as caught:
        scans.sections(WHITE, 1)
    assert (caught.value.code, caught.value.detail["pages"]) == ("scan_too_slow", 1)
    assert scripted.asked == []


def test_without_a_recogniser_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise RecogniserUnavailable("rapidocr is not installed")

    monkeypatch.setattr(scan, "recogniser", missing)
    with pytest.raises(UnreadableDocument, match="rapidocr is not installed") as caught:
        Scans(PATH, LoaderLimits()).sections(WHITE, 1)
    assert caught.value.code == "no_recogniser"


def test_every_page_is_reported(scripted: Scripted) -> None:
    heard: list[int] = []

    def read() -> None:
        progress.listen(heard.append)
        scans = Scans(PATH, LoaderLimits())
        for number in range(3):
            scans.sections(WHITE, number)

    copy_context().run(read)
    assert heard == [1, 2, 3]


def test_a_page_is_not_cut_but_a_long_strip_is_and_never_through_a_line() -> None:
    strip = np.full((4000, 400, 3), 255, dtype=np.uint8)
    for top in range(10, 4000, 50):
        strip[top : top + 30, 50:350] = 0
    parts = list(_parts(strip))
    assert list(map(len, _parts(strip[:1200]))) == [1200]
    assert len(parts) > 3
    assert sum(map(len, parts)) == 4000
    assert all(part[0].min() == 255 and part[-1].min() == 255 for part in parts)


def test_a_strip_without_a_white_row_is_cut_all_the_same() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (3000, 200, 3), dtype=np.uint8)
    assert sum(map(len, _parts(noise))) == 3000
