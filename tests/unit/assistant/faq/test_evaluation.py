"""The figures of the cache, on both formats of pairs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from assistant.faq.evaluation import EXACT, Pair, evaluate, guarded, read, score
from retrieval.protocols import Encoder


def test_both_formats_of_pairs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = [{"text_a": "a", "text_b": "b", "label": 1}, {"question_1": "c", "question_2": "d", "similar": "0"}]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert read([path]) == [Pair("a", "b", same=True), Pair("c", "d", same=False)]


def test_equal_words_score_above_and_guarded_pairs_below_everything(encoder: Encoder) -> None:
    pairs = [
        Pair("How do I pay?", "how do i pay", same=True),
        Pair("How do I pay?", "How can I pay for it?", same=True),
        Pair("How do I pay?", "How do I not pay?", same=False),
    ]
    exact, near, opposite = score(pairs, encoder)
    assert exact == EXACT
    assert 0.8 < near < 1.0
    assert 0.8 < opposite < 1.0
    assert guarded(pairs, score(pairs, encoder))[2] < -1


def test_without_a_certificate_only_exact_words_are_served(encoder: Encoder) -> None:
    pairs = [Pair("How do I pay?", "how do i pay!", same=True), Pair("How do I pay?", "Ways to pay?", same=True),
             Pair("Where are you?", "Who are you?", same=False)]  # fmt: skip
    figures = evaluate(pairs, pairs, encoder, 0.01)
    assert figures["certified"] is False
    assert figures["threshold"] is None
    assert (figures["hit_rate"], figures["false_hit_rate"]) == (0.5, 0.0)


def test_the_command_prints_the_named_figures_as_json_last(tmp_path: Path, house_encoder: Encoder) -> None:
    path = tmp_path / "pairs.jsonl"
    rows = [{"text_a": f"问题{i}怎么办", "text_b": f"问题{i}如何处理", "label": i % 2} for i in range(12)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    out = StringIO()
    call_command("evaluate", "cache", "--calibrate", str(path), "--test", str(path), "--json", stdout=out)
    figures = json.loads(out.getvalue().splitlines()[-1])
    assert {"auc", "hit_rate", "false_hit_rate", "false_hit_upper95", "threshold", "certified", "pairs"} <= set(figures)
    assert figures["pairs"] == 12
    assert 0 <= figures["auc"] <= 1
