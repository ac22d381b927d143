from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from tests.unit.retrieval.loaders.conftest import Load

GRID = [("GRID", (0, 0), (-1, -1), 1, colors.black)]


def grid(rows: Sequence[Sequence[str]], widths: Sequence[int] = (120, 90), *, repeat: int = 0) -> Table:
    return Table(rows, style=GRID, colWidths=list(widths), repeatRows=repeat)


def built(*parts: object) -> bytes:
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4).build(list(parts))
    return buffer.getvalue()


def headers(load: Load, data: bytes) -> list[str]:
    return [section.text.split("\n")[0] for section in load("a.pdf", data).sections if section.table]


TOWNS = [["City", "Fee"], *([f"Town {number}", str(number)] for number in range(50))]


def test_the_header_is_given_to_the_rows_overleaf(load: Load) -> None:
    assert headers(load, built(grid(TOWNS))) == ["City | Fee", "City | Fee"]


def test_a_header_that_is_printed_again_is_not_doubled(load: Load) -> None:
    data = built(grid(TOWNS, repeat=1))
    assert headers(load, data) == ["City | Fee", "City | Fee"]
    assert sum(section.text.count("City") for section in load("a.pdf", data).sections) == 2


@pytest.mark.parametrize("widths", [(200, 90), (100, 60, 50)])
def test_another_table_overleaf_keeps_its_own_header(load: Load, widths: tuple[int, ...]) -> None:
    other = [["Name", "Age", "Town"][: len(widths)], ["Ann", "33", "Bonn"][: len(widths)]]
    assert headers(load, built(Spacer(1, 30), grid(TOWNS[:38]), PageBreak(), grid(other, widths)))[-1].startswith(
        "Name"
    )


def test_a_table_that_ends_above_the_foot_does_not_go_on(load: Load) -> None:
    other = [["Name", "Age"], ["Ann", "33"]]
    assert headers(load, built(grid(TOWNS[:5]), PageBreak(), grid(other))) == ["City | Fee", "Name | Age"]


def test_text_beside_a_table_is_kept_apart(load: Load) -> None:
    style = getSampleStyleSheet()["Normal"]
    text, table = load("a.pdf", built(Paragraph("Fees by city:", style), grid(TOWNS[:3]))).sections
    assert (text.text, text.table, table.table) == ("Fees by city:", False, True)
