"""The figures of the cache, on both formats of pairs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.faq import evaluation, issuing
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


KEYS = {"auc", "hit_rate", "false_hit_rate", "false_hit_upper95", "threshold", "certified", "pairs"}
"""What the interface promises."""
GOOD = json.dumps({"text_a": "How do I pay?", "text_b": "Ways to pay?", "label": 1})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{text_a", "line 3"),
        ('["a", "b", 1]', "line 3"),
        ('{"text_a": "a", "label": 1}', "text_a, text_b, label"),
        ('{"text_a": "a", "text_b": "b"}', "line 3"),
        ('{"question_1": "a", "question_2": "b", "label": 1}', "question_1, question_2, similar"),
        ('{"text_a": "a", "text_b": "b", "label": "yes"}', "0 or 1"),
        ('{"text_a": "a", "text_b": "b", "label": 2}', "0 or 1"),
        ('{"text_a": "a", "text_b": null, "label": 0}', "line 3"),
    ],
)
def test_a_row_that_is_no_pair_is_named_by_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"broken\.jsonl, line 3") as refused:
        read([path])
    assert says in str(refused.value)


def test_a_file_that_is_not_utf8_or_has_no_pair_is_refused_by_name(tmp_path: Path) -> None:
    other, empty = tmp_path / "gbk.jsonl", tmp_path / "empty.jsonl"
    other.write_bytes('{"text_a": "怎么付款"}'.encode("gbk"))
    empty.write_text("\n \n")
    with pytest.raises(CommandError, match=r"gbk\.jsonl is not UTF-8"):
        read([other])
    with pytest.raises(CommandError, match=r"no pairs in .*empty\.jsonl"):
        read([empty])


@pytest.mark.parametrize("bound", ["1", "0", "-0.1", "5"])
def test_a_bound_that_is_no_rate_is_refused_before_anything_is_read(tmp_path: Path, bound: str) -> None:
    missing = str(tmp_path / "missing.jsonl")
    with pytest.raises(CommandError, match=r"--bound .* 0\.01"):
        call_command("evaluate", "cache", "--calibrate", missing, "--test", missing, "--bound", bound)


def test_a_file_that_is_not_there_is_an_error_of_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.jsonl")
    with pytest.raises(CommandError, match=r"missing\.jsonl"):
        call_command("evaluate", "cache", "--calibrate", missing, "--test", missing)


def test_several_files_are_read_as_one_and_labels_may_be_words_of_one_digit(tmp_path: Path) -> None:
    one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    one.write_text(GOOD)
    other.write_text(
        '{"question_1": "c", "question_2": "d", "similar": "0"}\n{"text_a": "e", "text_b": "f", "label": true}'
    )
    assert [(pair.a, pair.same) for pair in read([one, other])] == [("How do I pay?", True), ("c", False), ("e", True)]


SCORES = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=60)
@given(SCORES, SCORES)
def test_every_rate_lies_in_its_interval_and_follows_from_what_was_served(
    known: list[tuple[int, bool]], asked: list[tuple[int, bool]]
) -> None:
    """The scores are drawn; how they become figures is what is tested."""
    calibrate, test = ([Pair(f"kept {n}", str(s), same) for n, (s, same) in enumerate(rows)] for rows in (known, asked))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "scored", lambda pairs, _: (np.array([float(pair.b) for pair in pairs]), {}))
        patch.setattr(evaluation, "_among_all", lambda *_: {})
        patch.setattr(evaluation, "guarded", lambda _, scores: scores)
        patch.setattr(issuing, "agrees", lambda _: False)
        figures = evaluate(calibrate, test, None, 0.2)  # type: ignore[arg-type]
    assert set(figures) >= KEYS
    assert figures["pairs"] == len(asked)
    least = np.inf if figures["threshold"] is None else figures["threshold"]
    assert figures["certified"] == (figures["threshold"] is not None)
    for rate, interval, label in (
        ("hit_rate", "hit_rate_interval95", True),
        ("false_hit_rate", "false_hit_interval95", False),
    ):
        served = [score >= least for score, same in asked if same == label]
        if not served:
            assert figures[rate] is figures[interval] is None
            continue
        low, high = figures[interval]
        assert figures[rate] == pytest.approx(sum(served) / len(served))
        assert 0 <= low <= figures[rate] <= high <= 1
    if figures["false_hit_rate"] is not None:
        assert figures["false_hit_rate"] <= figures["false_hit_upper95"] <= figures["false_hit_interval95"][1] + 1e-9


def test_each_language_has_its_own_threshold_and_its_own_word_on_where_it_is_from(encoder: Encoder) -> None:
    chinese = [Pair("怎么付款？", "怎么付款", same=True), Pair("怎么付款？", "你们是谁", same=False)]
    figures = evaluate(PAIRS, [*PAIRS, *chinese], encoder, 0.01)
    assert figures["threshold"] is None
    assert figures["thresholds"] == {language: issuing.shipped(language).threshold for language in ("en", "zh")}
    assert figures["origins"] == {"en": "shipped", "zh": "shipped"}
    assert not figures["certified"]


def test_pairs_of_one_kind_alone_have_no_rate_for_the_other(encoder: Encoder) -> None:
    figures = evaluate(PAIRS, PAIRS[:2], encoder, 0.01)
    assert (figures["false_hit_rate"], figures["false_hit_upper95"], figures["auc"]) == (None, None, None)
    figures = evaluate(PAIRS, PAIRS[2:], encoder, 0.01)
    assert (figures["hit_rate"], figures["hit_rate_interval95"]) == (None, None)
    assert figures["false_hit_rate"] == 0.0
    assert figures["false_hit_upper95"] == pytest.approx(0.95)  # one pair without an error says hardly anything
