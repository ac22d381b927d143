"""Intents: accuracy, macro-F1, out-of-scope recall and precision, calibration, time to train and to ask."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.intents import names, peer
from assistant.intents.calibration import calibration_error
from assistant.intents.model import KernelModel
from assistant.intents.training import train
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.encoder import encode_many, shared_encoder
from assistant.knowledge.stored_vectors import StoredVectors
from retrieval.protocols import Encoder
from retrieval.types import Vectors

HELD_OUT = 5
DRAWS = 5
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
    parser.add_argument(
        "--test", type=Path, nargs="+",
        help="JSON lines of the same kind; without it a fifth of the rows is held out, equal texts on one side",
    )  # fmt: skip
    parser.add_argument("--shots", type=int, help=f"learn from so many examples an intent; means of {DRAWS} draws")
    parser.add_argument("--fine-tune", action="store_true", help="learn an adapter of the embeddings, too")
    parser.add_argument("--vectors", type=Path, help="folder to keep embeddings in, for the next evaluation")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Train on one part, measure on the other."""
    learnt = read(options["train"])
    asked = read(options["test"]) if options.get("test") else []
    if not asked:
        learnt, asked = [row for row in learnt if not held_out(row)], [row for row in learnt if held_out(row)]
    encoder: Encoder = shared_encoder()
    if options.get("vectors"):
        encoder = StoredVectors(encoder, options["vectors"])
    tuned = bool(options.get("fine_tune"))
    if shots := options.get("shots"):
        return _mean_figures([evaluate(few(learnt, shots, n), asked, encoder, tuned=tuned) for n in range(DRAWS)])
    return evaluate(learnt, asked, encoder, tuned=tuned)


def held_out(row: Row) -> bool:
    """Choose a fifth of the rows by a hash of their text."""
    return int.from_bytes(blake2b(row.text.encode(), digest_size=4).digest(), "little") % HELD_OUT == 0


def few(rows: Sequence[Row], shots: int, seed: int) -> list[Row]:
    """Draw `shots` rows of each label."""
    drawn: Counter[str] = Counter()
    chosen = []
    for place in np.random.default_rng(seed).permutation(len(rows)):
        row = rows[int(place)]
        if drawn[row.label] < shots:
            drawn[row.label] += 1
            chosen.append(row)
    return chosen


def read(paths: Iterable[Path]) -> list[Row]:
    """Read rows with `text` or `title` and a label under one of LABEL_FIELDS; rows without either are left out."""
    lines = (
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    )
    return [row for line in lines if (row := _row(line)) is not None]


def evaluate(learnt: Sequence[Row], asked: Sequence[Row], encoder: Encoder, *, tuned: bool = False) -> dict[str, Any]:
    """Return the figures by name; rates from 0 to 1, None for what these rows do not show."""
    inside = [row for row in learnt if not row.strange]
    frozen, labels = encode_many([row.text for row in inside], encoder), [row.label for row in inside]
    few_of = names.of_few(labels)
    called = [names.said(name) for name in few_of]
    outside = [row.text for row in learnt if row.strange]
    strangers, questions = encode_many(outside, encoder), encode_many([row.text for row in asked], encoder)
    trained = train(
        np.concatenate([frozen, encode_many(called, encoder)]),
        [*labels, *few_of],
        strangers,
        texts=[*(row.text for row in inside), *called],
        stranger_texts=outside,
        hints=len(few_of),
        tuned=tuned,
    )
    return {
        **measure(trained.model, asked, questions),
        "train_seconds": trained.seconds,
        "query_ms": _query_ms(trained.model, asked, encoder),
        "head_ms": _head_ms(trained.model, asked, questions),
        "trained_on": len(learnt),
        "asked": len(asked),
        **measure_peer(
            peer.fit(
                np.concatenate([frozen, strangers.reshape(-1, frozen.shape[1])]),
                labels + [OUT_OF_SCOPE] * len(outside),
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
    live = encoder.inner if isinstance(encoder, StoredVectors) else encoder
    times = []
    for number, row in enumerate(asked[:count]):
        began = time.perf_counter()
        text = f"{row.text} {number}"
        model.scores(live.encode_questions([text]), [text])
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times)) if times else None


def _head_ms(model: KernelModel, asked: Sequence[Row], vectors: Vectors, count: int = 200) -> float | None:
    """Median milliseconds from embedding to judgement, one question at a time."""
    times = []
    for row, vector in zip(asked[:count], vectors[:count], strict=True):
        began = time.perf_counter()
        model.scores(vector[None], [row.text])
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times)) if times else None


def _mean_figures(draws: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Average each figure over the draws that have it."""
    found = {name: [draw[name] for draw in draws if draw[name] is not None] for name in draws[0]}
    return {name: float(np.mean(values)) if values else None for name, values in found.items()}


def _mean(values: NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None
