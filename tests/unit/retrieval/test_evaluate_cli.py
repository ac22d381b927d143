from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.evaluate_cli import table


def test_the_table_has_a_line_a_method() -> None:
    text = table({"dense": {"recall_at_1": 0.5, "query_ms": 1.25}, "lexical": {"recall_at_1": 1.0, "query_ms": 0.5}})
    header, dense, lexical = text.rstrip("\n").split("\n")
    assert header.split() == ["recall_at_1", "query_ms"]
    assert dense.split() == ["dense", "0.500", "1.250"]
    assert lexical.split() == ["lexical", "1.000", "0.500"]


def test_the_command_prints_figures_as_json_on_its_last_line(tmp_path: Path, encoder_dir: Path) -> None:
    corpus, questions = tmp_path / "c.jsonl", tmp_path / "q.jsonl"
    corpus.write_text(
        '{"doc_id": "r", "text": "Refunds take five days."}\n{"doc_id": "s", "text": "配送需要三天。"}\n',
        encoding="utf-8",
    )
    questions.write_text(
        '{"question": "how long does a refund take", "doc_id": "r"}\n{"question": "配送需要几天", "doc_id": "s"}\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "retrieval.evaluate", "--corpus", str(corpus), "--questions", str(questions),
               "--encoder", str(encoder_dir), "--json"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["reranked"]["recall_at_1"] == 1.0
    assert set(figures) == {"dense", "lexical", "hybrid", "reranked"}


@pytest.mark.parametrize("arguments", [[], ["--corpus", "x"], ["--nonsense"]])
def test_missing_arguments_are_asked_for(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "retrieval.evaluate", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "usage: python -m retrieval.evaluate" in done.stderr
