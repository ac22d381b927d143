"""The figures say what they claim, on every format of the evaluation data."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from assistant.intents import evaluation, peer
from assistant.intents.evaluation import Row, macro_f1, read
from retrieval.protocols import Encoder


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ({"text": "a", "intent": "x"}, Row("a", "x")),
        ({"text": "a", "intent": "oos", "domain": "oos"}, Row("a", "oos")),
        ({"text": "a", "intent": None, "oos": True}, Row("a", "oos")),
        ({"label": "2", "text": "a"}, Row("a", "2")),
        ({"department": "肝病科", "title": "a", "ask": "b"}, Row("a", "肝病科")),
        ({"text": "a", "intents": ["x", "y"]}, Row("a", "x", frozenset({"x", "y"}))),
        ({"text": "a", "intents": []}, Row("a", "none", frozenset())),
        ({"text": "a", "intent": None}, None),
        ({"intent": "x"}, None),
    ],
)
def test_every_format_of_row_is_read(tmp_path: Path, line: dict[str, object], row: Row | None) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(line, ensure_ascii=False) + "\n\n", encoding="utf-8")
    assert read([path]) == ([] if row is None else [row])


def test_macro_f1_averages_over_labels_not_rows() -> None:
    truth, named = np.array(["a", "a", "a", "b"]), np.array(["a", "a", "a", "a"])
    assert macro_f1(truth, named) == pytest.approx((6 / 7 + 0) / 2)


def test_the_command_prints_one_line_of_json_last(tmp_path: Path, house_encoder: Encoder) -> None:
    rows = {
        "greet": ["hello", "hi there", "good morning", "你好", "您好", "hey you"],
        "bye": ["goodbye", "see you later", "bye bye", "再见", "拜拜", "farewell my friend"],
        "pay": ["I want to pay", "how to pay", "pay the bill", "怎么付款", "我要支付", "payment please"],
        "oos": ["the moon is far", "三角形面积", "rust compiler", "唐诗三百首", "volcano", "football scores"],
    }
    lines = [json.dumps({"text": t, "intent": name}) for name, texts in rows.items() for t in texts]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    out = StringIO()
    call_command("evaluate", "intents", "--train", str(path), "--test", str(path), "--json", stdout=out)
    figures = json.loads(out.getvalue().splitlines()[-1])
    assert set(figures) == {
        "accuracy", "macro_f1", "in_scope_accuracy", "oos_recall", "oos_precision", "calibration_error",
        "train_seconds", "query_ms", "head_ms", "trained_on", "asked",
        "logistic_accuracy", "logistic_macro_f1", "logistic_in_scope_accuracy", "logistic_train_seconds",
    }  # fmt: skip
    assert figures["in_scope_accuracy"] > 0.8
    assert figures["query_ms"] > 0


def test_without_strangers_in_the_test_nothing_is_turned_away(house_encoder: Encoder) -> None:
    rows = [
        Row(f"{verb} the {thing}", verb) for verb in ("open", "sell", "wash") for thing in ["car", "door", "cup", "hat"]
    ]
    figures = evaluation.evaluate(rows, rows, house_encoder)
    assert figures["oos_recall"] is None
    assert figures["accuracy"] == figures["in_scope_accuracy"] == 1.0
    assert figures["logistic_accuracy"] == figures["logistic_in_scope_accuracy"] == 1.0


def test_the_peer_is_measured_as_we_are_further_right_answers_included() -> None:
    vectors = np.eye(3, dtype=np.float32)
    fitted = peer.fit(np.concatenate([vectors, vectors]), ["a", "b", "oos"] * 2)
    rows = [Row("1", "b", frozenset({"a", "b"})), Row("2", "a"), Row("3", "oos")]
    figures = evaluation.measure_peer(fitted, rows, vectors)
    assert figures["logistic_accuracy"] == pytest.approx(2 / 3)
    assert figures["logistic_in_scope_accuracy"] == 0.5
    assert figures["logistic_macro_f1"] == pytest.approx((2 * 1 / 3 + 1) / 2)


THINGS = ["car", "door", "cup", "hat", "bag"]
ROWS = [
    (f"{verb} the {thing}", verb) for verb in ("open", "sell", "wash") for thing in ["car", "door", "cup", "hat", "bag"]
]


def command(path: Path, *more: str) -> dict[str, float | None]:
    out = StringIO()
    call_command("evaluate", "intents", "--train", str(path), "--json", *more, stdout=out)
    figures: dict[str, float | None] = json.loads(out.getvalue().splitlines()[-1])
    return figures


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps({"text": t, "intent": i}) for t, i in ROWS * 2), encoding="utf-8")
    return path


def test_without_a_test_file_a_fifth_is_held_out_and_no_text_is_on_both_sides(
    rows: Path, house_encoder: Encoder
) -> None:
    held = [Row(*row) for row in ROWS if evaluation.held_out(Row(*row))]
    assert 0 < len(held) < len(ROWS) / 2
    figures = command(rows)
    assert figures["asked"] == 2 * len(held)
    assert figures["trained_on"] == 2 * (len(ROWS) - len(held))


def test_with_shots_so_many_examples_an_intent_are_learnt_from_and_draws_are_averaged(
    rows: Path, house_encoder: Encoder
) -> None:
    figures = command(rows, "--shots", "2", "--test", str(rows))
    assert (figures["trained_on"], figures["asked"]) == (6.0, len(ROWS) * 2)
    drawn = [evaluation.few([Row(*row) for row in ROWS], 2, seed) for seed in range(3)]
    assert all(sorted(row.label for row in one) == ["open", "open", "sell", "sell", "wash", "wash"] for one in drawn)
    assert drawn[0] != drawn[1]
    assert drawn[0] == evaluation.few([Row(*row) for row in ROWS], 2, 0)


def test_kept_vectors_give_the_same_figures_and_the_clock_runs_on_the_encoder(
    rows: Path, house_encoder: Encoder, tmp_path: Path
) -> None:
    first = command(rows, "--fine-tune", "--vectors", str(tmp_path / "kept"))
    second = command(rows, "--fine-tune", "--vectors", str(tmp_path / "kept"))
    assert first["accuracy"] == second["accuracy"]
    assert second["query_ms"] is not None
    assert second["head_ms"] is not None
    assert second["query_ms"] > second["head_ms"]
