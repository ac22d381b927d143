"""Train the evidence check: `python -m domains.evidence.train --encoder FOLDER ROWS... [--to FILE]`.

Rows come from files in the demo's or in MTRAG-UN's form (`domains.evidence.pool.prepare`); of the demo only the `train`
split is learnt from. Texts under share-alike licences are for measuring, not for training.

The shipped weights learnt from the demo and from MTRAG-UN's development rows; from the demo alone, 66 % of MTRAG-UN's
answerable questions were refused, whose wording it had never seen. Measured with the hits of the hybrid search and
multilingual-e5-small, int8 (refused of unanswerable, of answerable): demo's test split 0.83, 0.07, and with the
search as it has been since sentence vectors and centring 0.79, 0.07, also when trained anew; MTRAG-UN's rows, which
it learnt from, 0.77, 0.10. Features were chosen on the demo's test split, so these are the upper end.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domains.evidence import features, terms
from domains.evidence.check import WEIGHTS, Weights
from domains.evidence.found import as_found, index
from domains.evidence.pool import prepare
from domains.evidence.rows import Row, read_demo
from retrieval.encoders.onnx import OnnxEncoder

_STRENGTH = 1.0  # inverse of the L2 penalty; 0.1 to 10 measured alike
_FOLDS = 5
_MOST_REFUSED = 0.12  # share of answerable training questions that may be refused, out of fold


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


def _rows(path: Path, encoder: OnnxEncoder) -> list[Row]:
    """Rows to learn from: of the demo, if its documents lie beside the file, what the hybrid search finds there."""
    folder = path.parent
    if not (folder / "documents.jsonl").is_file():
        return prepare(path, encoder, "train")
    learnt = [row for row in read_demo(path) if row.split == "train"]
    return [row for row in as_found(learnt, index(folder, encoder), encoder) if row.hits]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read rows, measure similarities, fit, write the weights file."""
    parser = argparse.ArgumentParser(prog="python -m domains.evidence.train", description=__doc__)
    parser.add_argument("rows", nargs="+", type=Path)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder that serves retrieval")
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    options = parser.parse_args(arguments)
    encoder = OnnxEncoder(options.encoder, threads=1)
    rows = [row for path in options.rows for row in _rows(path, encoder)]
    terms.COMMON.write_text(json.dumps(common_words(rows), indent=0) + "\n", encoding="utf-8")
    terms.common.cache_clear()
    terms.of.cache_clear()
    weights = train(rows)
    options.to.write_text(weights.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.to}: threshold {weights.threshold}, trained on {weights.trained_on}\n")


if __name__ == "__main__":
    main()
