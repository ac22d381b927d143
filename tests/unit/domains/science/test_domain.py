"""Science: references that no source holds are taken out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.science.domain import Science
from domains.types import Evidence, Question
from retrieval.types import Hit


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Shown in doi:10.1000/xyz123 long ago.", "Shown in long ago."),
        ("See https://doi.org/10.1000/xyz123.", "See."),
        ("See arXiv:2301.12345v2 for it.", "See for it."),
        ("Reported (PMID: 12345678).", "Reported."),
        ("Known doi:10.5555/known stays.", "Known doi:10.5555/known stays."),
        ("Nothing to cite, no dose.", "Nothing to cite, no dose."),
    ],
)
def test_invented_references_are_taken_out(
    ask: Callable[..., Question], evidence: Callable[..., Evidence], hit: Callable[..., Hit], said: str, shown: str
) -> None:
    found = evidence(hit("As in doi:10.5555/known."))
    cited = "As known [1]. "
    assert Science().guard(ask("?"), found, cited + said).text == cited + shown
