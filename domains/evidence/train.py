"""Train the evidence check: `python -m domains.evidence.train --encoder FOLDER ROWS... [--to FILE]`.

Rows come from files in the demo's or in MTRAG-UN's form (`domains.evidence.pool.prepare`); of the demo only the `train`
split is learnt from. Texts under share-alike licences are for measuring, not for training.

Measured with multilingual-e5-small, int8 (refused of unanswerable, of answerable): demo's test split 0.81, 0.06;
MTRAG-UN's development rows 0.79, 0.14 (five folds; its unanswerable rows have no contexts at all, its underspecified
ones often have). Tried without gain: cosines of single sentences, words weighted by rarity, the lead of the best hit.
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
from domains.evidence.pool import prepare
from domains.evidence.rows import Row
from retrieval.encoders.onnx import OnnxEncoder

_STRENGTH = 1.0  # inverse of the L2 penalty; 0.1 to 10 measured alike
_FOLDS = 5
_MOST_REFUSED = 0.10  # share of answerable training questions that may be refused, out of fold


def train(rows: Sequence[Row], *, most_refused: float = _MOST_REFUSED) -> Weights:
    """Fit the logistic model; the threshold is the quantile of out-of-fold probabilities of answerable rows.

    Folds are cut by question, so that none is on both sides. Rows without hits need no model.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    usable = [row for row in rows if row.hits and row.label != "partial"]
    given = np.array([features.extract(row.question, row.hits) for row in usable])
    answers = np.array([row.label == "answerable" for row in usable])
    groups = [row.question for row in usable]
    imputer = SimpleImputer(keep_empty_features=True)
    model = make_pipeline(
        imputer, StandardScaler(), LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000)
    )
    folds = GroupKFold(_FOLDS)
    unseen = cross_val_predict(model, given, answers, groups=groups, cv=folds, method="predict_proba")[:, 1]
    model.fit(given, answers)
    scaler, head = model[1], model[2]
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
    weights = train([row for path in options.rows for row in prepare(path, encoder, "train")])
    options.to.write_text(weights.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.to}: threshold {weights.threshold}, trained on {weights.trained_on}\n")


if __name__ == "__main__":
    main()
