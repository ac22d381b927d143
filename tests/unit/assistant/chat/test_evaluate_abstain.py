"""`manage.py evaluate abstain` on a few rows of both forms."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from retrieval.protocols import Encoder

TASKS = [
    {"answerability": ["ANSWERABLE"], "collection": "fiqa",
     "messages": [{"speaker": "user", "text": "When do refunds arrive?"}],
     "contexts": [{"document_id": "a", "text": "Refunds arrive within 5 business days after we receive the parcel."}]},
    {"answerability": ["UNANSWERABLE"], "collection": "fiqa",
     "messages": [{"speaker": "user", "text": "Who owns the moon?"}], "contexts": []},
]  # fmt: skip


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n".join(map(json.dumps, TASKS)), encoding="utf-8")
    return path


def test_the_figures_are_one_line_of_json(tasks: Path, house_encoder: Encoder) -> None:
    out = StringIO()
    call_command("evaluate", "abstain", str(tasks), "--json", stdout=out)
    figures = json.loads(out.getvalue().strip().splitlines()[-1])
    assert figures["refused_unanswerable"] == 1.0
    assert figures["refused_answerable"] == 0.0
    assert figures["counts"] == {
        "answerable": 1, "refused_answerable": 0, "refused_unanswerable": 1, "unanswerable": 1,
    }  # fmt: skip
