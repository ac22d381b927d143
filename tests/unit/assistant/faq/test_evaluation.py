"""The figures of the cache, on both formats of pairs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from assistant.faq import issuing
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
    assert max(abs(near), abs(opposite)) < 100
    assert guarded(pairs, score(pairs, encoder))[2] < -1


PAIRS = [
    Pair("How do I pay?", "how do i pay!", same=True),
    Pair("How do I pay?", "Ways to pay?", same=True),
    Pair("Where are you?", "Who are you?", same=False),
]


def test_without_any_certificate_only_equal_words_are_served(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "agrees", lambda _: False)
    figures = evaluate(PAIRS, PAIRS, encoder, 0.01)
    assert (figures["certified"], figures["threshold"], figures["origins"]) == (False, None, {"en": "none"})
    assert (figures["hit_rate"], figures["false_hit_rate"]) == (0.5, 0.0)


def test_too_few_pairs_borrow_the_shipped_certificate_and_say_so(encoder: Encoder) -> None:
    figures = evaluate(PAIRS, PAIRS, encoder, 0.01)
    assert (figures["certified"], figures["origins"]) == (False, {"en": "shipped"})
    assert figures["threshold"] == issuing.shipped("en").threshold
    low, high = figures["hit_rate_interval95"]
    assert low <= figures["hit_rate"] <= high


def test_enough_pairs_certify_a_threshold_of_their_own(encoder: Encoder) -> None:
    pairs = [Pair(f"How do I paint lamp {n}?", f"Is parking lot {n} open?", same=False) for n in range(300)]
    pairs += [Pair(f"How can I return shoe {n}?", f"How do I return shoe {n}?", same=True) for n in range(6)]
    figures = evaluate(pairs, pairs, encoder, 0.01)
    assert (figures["certified"], figures["origins"]) == (True, {"en": "own"})
    assert figures["false_hit_upper95"] <= 0.01
    assert figures["hit_rate"] > 0


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
