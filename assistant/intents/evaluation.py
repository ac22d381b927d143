"""Intents: accuracy, macro-F1, out-of-scope recall and precision, calibration, time to train and to ask."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.intents import peer
from assistant.intents.calibration import calibration_error
from assistant.intents.model import KernelModel
from assistant.intents.training import train
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.encoder import encode_many, shared_encoder
from retrieval.protocols import Encoder
from retrieval.types import Vectors

TEXT_FIELDS = ("text", "title")
LABEL_FIELDS = ("intent", "label", "department", "intents")
NO_INTENT = "none"
"""Label of a row whose list of intents is empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled question. `also` are further right answers where a message has several intents."""

    text: str
    label: str
    also: frozenset[str] = frozenset()

    @property
    def strange(self) -> bool:
        """Whether the question is out of scope."""
        return self.label == OUT_OF_SCOPE


def add_arguments(parser: ArgumentParser) -> None:
    """Say what is learnt from and what is asked."""
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="JSON lines: text or title, and a label")
    parser.add_argument("--test", type=Path, nargs="+", required=True, help="JSON lines of the same kind")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Train on one part, measure on the other."""
    return evaluate(read(options["train"]), read(options["test"]), shared_encoder())


def read(paths: Iterable[Path]) -> list[Row]:
    """Read rows with `text` or `title` and a label under one of LABEL_FIELDS; rows without either are left out."""
    lines = (
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    )
    return [row for line in lines if (row := _row(line)) is not None]


def evaluate(learnt: Sequence[Row], asked: Sequence[Row], encoder: Encoder) -> dict[str, Any]:
    """Return the figures by name; rates from 0 to 1, None for what these rows do not show."""
    inside = [row for row in learnt if not row.strange]
    vectors = encode_many([row.text for row in inside], encoder)
    outside = [row.text for row in learnt if row.strange]
    strangers, questions = encode_many(outside, encoder), encode_many([row.text for row in asked], encoder)
    trained = train(
        vectors,
        [row.label for row in inside],
        strangers,
        texts=[row.text for row in inside],
        stranger_texts=outside,
    )
    return {
        **measure(trained.model, asked, questions),
        "train_seconds": trained.seconds,
        "query_ms": _query_ms(trained.model, asked, encoder),
        **measure_peer(
            peer.fit(
                np.concatenate([vectors, strangers.reshape(-1, vectors.shape[1])]),
                [row.label for row in inside] + [OUT_OF_SCOPE] * len(outside),
            ),
            asked,
            questions,
        ),
    }


def measure(model: KernelModel, asked: Sequence[Row], vectors: Vectors) -> dict[str, float | None]:
    """Compare a model's judgements of `vectors` [n, d] with the labels.

    `accuracy` is over all rows, strangers called strangers being right; `in_scope_accuracy` is over the rows that have
    an intent, a false alarm being wrong when the test holds strangers at all (without them nothing is turned away).
    """
    scores = model.scores(vectors, [row.text for row in asked])
    strange = np.array([row.strange for row in asked])
    called = scores.strangeness > model.threshold[0] if strange.any() else np.zeros(len(asked), bool)
    names = np.where(called, OUT_OF_SCOPE, model.classes[scores.probabilities.argmax(axis=1)])
    right = np.array([name == row.label or name in row.also for name, row in zip(names, asked, strict=True)])
    truth = np.array([str(name) if ok else row.label for name, row, ok in zip(names, asked, right, strict=True)])
    confidence = scores.probabilities.max(axis=1)
    return {
        "accuracy": _mean(right),
        "macro_f1": macro_f1(truth, names),
        "in_scope_accuracy": _mean(right[~strange]),
        "oos_recall": _mean(called[strange]),
        "oos_precision": _mean(strange[called]),
        "calibration_error": calibration_error(confidence[~strange & ~called], right[~strange & ~called]),
    }


def measure_peer(fitted: peer.Peer, asked: Sequence[Row], vectors: Vectors) -> dict[str, float | None]:
    """Judge the same vectors by logistic regression, as a yardstick; what is out of scope is one more class to it."""
    names = fitted.names(vectors)
    right = np.array([name == row.label or name in row.also for name, row in zip(names, asked, strict=True)], bool)
    truth = np.array([str(name) if ok else row.label for name, row, ok in zip(names, asked, right, strict=True)])
    inside = np.array([not row.strange for row in asked], bool)
    return {
        "logistic_accuracy": _mean(right),
        "logistic_macro_f1": macro_f1(truth, names),
        "logistic_in_scope_accuracy": _mean(right[inside]),
        "logistic_train_seconds": fitted.seconds,
    }


def macro_f1(truth: NDArray[np.str_], named: NDArray[np.str_]) -> float:
    """Average the F1 of every label that occurs in the truth."""
    values = []
    for label in np.unique(truth):
        both = int(((truth == label) & (named == label)).sum())
        total = int((truth == label).sum() + (named == label).sum())
        values.append(2 * both / total)
    return float(np.mean(values))


def _row(line: dict[str, Any]) -> Row | None:
    text = next((line[name] for name in TEXT_FIELDS if line.get(name)), None)
    label = next((line[name] for name in LABEL_FIELDS if name in line), None)
    if text is None or (label is None and not line.get("oos")):
        return None
    if line.get("oos") or label == OUT_OF_SCOPE:
        return Row(text, OUT_OF_SCOPE)
    if isinstance(label, list):
        return Row(text, label[0] if label else NO_INTENT, frozenset(label))
    return Row(text, str(label))


def _query_ms(model: KernelModel, asked: Sequence[Row], encoder: Encoder, count: int = 50) -> float | None:
    """Median milliseconds from text to judgement, one question at a time, none that a memo has seen."""
    times = []
    for number, row in enumerate(asked[:count]):
        began = time.perf_counter()
        text = f"{row.text} {number}"
        model.scores(encoder.encode_questions([text]), [text])
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times)) if times else None


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None
