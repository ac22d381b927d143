"""Train the evidence check: `python -m domains.evidence.train --encoder FOLDER ROWS... [--to FILE]`.

Rows come from files in the demo's or in MTRAG-UN's form; only the `train` split is learnt from. Texts under share-alike
licences are for measuring, not for training.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domains.evidence import features
from domains.evidence.check import WEIGHTS, Weights
from domains.evidence.rows import Row, measure_similarity, read
from retrieval.encoders.onnx import OnnxEncoder

_STRENGTH = 1.0  # inverse of the L2 penalty; 0.1 to 10 measured alike
_FOLDS = 5
_MOST_REFUSED = 0.10  # share of answerable training questions that may be refused, out of fold


def train(rows: Sequence[Row], *, most_refused: float = _MOST_REFUSED) -> Weights:
    """Fit the logistic model; the threshold is the quantile of out-of-fold probabilities of answerable rows.

    Folds are cut by question's passage key, so that no passage is on both sides. Rows without hits need no model.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    usable = [row for row in rows if row.hits and row.label != "partial"]
    given = np.array([features.extract(row.question, row.hits) for row in usable])
    answers = np.array([row.label == "answerable" for row in usable])
    groups = [row.hits[0].chunk.document or row.hits[0].chunk.id.partition(":")[0] for row in usable]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000))
    folds = GroupKFold(_FOLDS)
    unseen = cross_val_predict(model, given, answers, groups=groups, cv=folds, method="predict_proba")[:, 1]
    model.fit(given, answers)
    scaler, head = model[0], model[1]
    return Weights(
        names=features.NAMES,
        mean=_plain(scaler.mean_),
        scale=_plain(scaler.scale_),
        weight=_plain(head.coef_[0]),
        bias=round(float(head.intercept_[0]), 6),
        threshold=round(float(np.quantile(unseen[answers], most_refused)), 4),
        trained_on=dict(sorted(Counter(f"{row.source} {row.label}" for row in usable).items())),
    )


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
    rows = [row for path in options.rows for row in read(path) if row.split == "train"]
    weights = train(measure_similarity(rows, encoder))
    options.to.write_text(weights.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.to}: threshold {weights.threshold}, trained on {weights.trained_on}\n")


if __name__ == "__main__":
    main()
