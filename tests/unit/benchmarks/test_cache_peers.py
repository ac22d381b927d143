"""The cache beside its peer: how hits are counted, and how the peer is run."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import cache_peers
from benchmarks.cache_peers import Result, Work, figures, theirs

VECTORS = np.eye(3, dtype=np.float32)
WORK = Work(
    curated=["a", "b", "c"],
    asked=["a again", "b again", "unlike"],
    curated_vectors=VECTORS,
    asked_vectors=VECTORS,
    fitting={"a again": frozenset({"a"}), "b again": frozenset({"b"})},
    language="en",
)


def test_a_hit_is_right_only_for_a_question_that_asks_the_same() -> None:
    found = figures("x", WORK, Result([0, 2, -1], [0.001, 0.001, 0.002]))
    assert found["x_hit_rate"] == 0.5
    assert found["x_false_hit_rate"] == pytest.approx(1 / 3)
    assert found["x_lookups_per_second"] == pytest.approx(3 / 0.004)
    assert found["x_p99_ms"] == pytest.approx(2.0)


def test_without_an_answerable_question_there_is_no_hit_rate() -> None:
    work = Work(["a"], ["z"], VECTORS[:1], VECTORS[:1], {}, "en")
    assert figures("x", work, Result([-1], [0.001]))["x_hit_rate"] is None


def test_the_peer_gets_texts_and_vectors_and_its_last_line_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(
        "import json, sys, numpy as np\n"
        "work = np.load(sys.argv[1])\n"
        "print('chatter')\n"
        "near = (work['asked_vectors'] @ work['curated_vectors'].T).argmax(1).tolist()\n"
        "print(json.dumps({'served': near, 'seconds': [0.5] * len(work['asked'])}))\n"
    )
    monkeypatch.setattr(cache_peers, "CHILD", child)
    assert theirs(WORK, Path(sys.executable)) == Result([0, 1, 2], [0.5, 0.5, 0.5])
