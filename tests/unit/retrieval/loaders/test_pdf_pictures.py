from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from retrieval.loaders.pdf_pictures import PdfiumError, PdfPictures
from retrieval.loaders.scan import READ_SIDE
from tests.unit.retrieval.drawn import EN, scan_pdf
from tests.unit.retrieval.golden.offices import lines, mixed_columns, pdf


def opened(tmp_path: Path, data: bytes) -> PdfPictures:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    return PdfPictures(path)


def test_a_scan_covers_its_page_and_text_covers_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, scan_pdf(Image.new("L", (600, 848), 200))) as pictures:
        assert pictures.cover(1) > 0.95
    with opened(tmp_path, pdf(lines(EN))) as pictures:
        assert pictures.cover(1) == 0


def test_a_picture_counts_by_its_share_of_the_page(tmp_path: Path) -> None:
    with opened(tmp_path, scan_pdf(Image.new("L", (600, 212), 200))) as pictures:
        assert pictures.cover(1) == pytest.approx(0.25, abs=0.02)


def test_letters_drawn_as_outlines_count_as_a_picture(tmp_path: Path) -> None:
    def outlines(canvas: object) -> None:
        for number in range(30):
            canvas.circle(50 + 10 * number, 700, 4)  # type: ignore[attr-defined]

    with opened(tmp_path, pdf(outlines)) as pictures:
        assert pictures.cover(1) == 1


@pytest.mark.parametrize(("turn", "shape"), [(0, (READ_SIDE, 1697, 3)), (90, (1697, READ_SIDE, 3))])
def test_a_page_is_drawn_the_way_up_that_it_is_shown(tmp_path: Path, turn: int, shape: tuple[int, int, int]) -> None:
    with opened(tmp_path, scan_pdf(Image.new("L", (60, 84), 0), turn=turn)) as pictures:
        drawn = pictures.drawn(1)
    assert drawn.shape == shape
    assert drawn.mean() < 20


def test_runs_of_text_are_told_for_columns_alone(tmp_path: Path) -> None:
    with opened(tmp_path, pdf(lines(EN, width=400))) as pictures:
        assert pictures.columns(1) == []
    with opened(tmp_path, pdf(mixed_columns)) as pictures:
        found = pictures.columns(1)
    assert found[0].text.startswith("Customers may return")
    assert found[0].top < found[-1].top
    assert {line.left > 300 for line in found} == {False, True}


def test_a_file_that_no_page_is_asked_of_is_never_opened(tmp_path: Path) -> None:
    with opened(tmp_path, b"no pdf"):
        pass
    with opened(tmp_path, b"no pdf") as pictures, pytest.raises(PdfiumError):
        pictures.cover(1)
