"""The cache beside its peer: how hits are counted, and how the peer is run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.evaluation import read
from benchmarks import cache_peers
from benchmarks.cache_peers import Result, Work, authored, falsely, figures, installed, ours, prepare, theirs
from retrieval.protocols import Encoder
from tests.unit.assistant.faq.pairs import paraphrases, swaps

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


TEXTS = st.sampled_from(["a", "b", "c", "d", "e"])


@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans()), min_size=1, max_size=12), st.data())
def test_no_rate_leaves_its_range_and_every_answer_is_counted_once(
    pairs: list[tuple[str, str, bool]], data: st.DataObject
) -> None:
    kept, asked = list(dict.fromkeys(a for a, _, _ in pairs)), list(dict.fromkeys(b for _, b, _ in pairs))
    fitting = {b: frozenset(a for a, other, same in pairs if same and other == b) for b in asked}
    work = Work(kept, asked, VECTORS, VECTORS, {b: found for b, found in fitting.items() if found}, "en")
    places = st.lists(st.integers(-1, len(kept) - 1), min_size=len(asked), max_size=len(asked))
    served = data.draw(places)
    found = figures("x", work, Result(served, [0.001] * len(asked)))
    answerable = sum(bool(fitting[b]) or b in kept for b in asked)
    false = round(float(found["x_false_hit_rate"] or 0) * len(asked))
    if answerable:
        rate = float(found["x_hit_rate"] or 0)
        assert 0 <= rate <= 1
        assert round(rate * answerable) + false == sum(place >= 0 for place in served)
    else:
        assert found["x_hit_rate"] is None
        assert false == sum(place >= 0 for place in served)


def test_equal_words_are_a_hit_whatever_a_label_says_and_no_rate_is_above_one() -> None:
    work = Work(["a", "b"], ["a"], VECTORS[:2], VECTORS[:1], {}, "en")
    assert figures("x", work, Result([0], [0.001]))["x_hit_rate"] == 1.0
    assert figures("x", work, Result([1], [0.001]))["x_false_hit_rate"] == 1.0


def pairs_file(folder: Path) -> Path:
    rows = [
        ("How do I delete my account?", "How can I delete my account?", 1),
        ("How do I delete my account?", "Who are you?", 0),
        ("What does delivery cost?", "what does delivery cost", 1),
        ("What does delivery cost?", "How can I not delete my account?", 0),
        ("怎么开发票", "发票怎么开", 1),
    ]
    path = folder / "pairs.jsonl"
    path.write_text("\n".join(json.dumps({"text_a": a, "text_b": b, "label": label}) for a, b, label in rows))
    return path


def test_questions_are_parted_by_language_and_each_is_kept_and_encoded_once(
    tmp_path: Path, house_encoder: Encoder
) -> None:
    english, chinese = prepare(read([pairs_file(tmp_path)]), 100)
    assert (english.language, chinese.language) == ("en", "zh")
    assert english.curated == ["How do I delete my account?", "What does delivery cost?"]
    assert len(english.asked) == 4
    assert english.fitting == {
        "How can I delete my account?": {"How do I delete my account?"},
        "what does delivery cost": {"What does delivery cost?"},
    }
    assert english.curated_vectors.shape == (2, house_encoder.dimension)
    assert english.asked_vectors.shape == (4, house_encoder.dimension)
    assert [len(work.asked) for work in prepare(read([pairs_file(tmp_path)]), 1)] == [1, 1]


def test_ours_answers_equal_and_other_words_and_not_the_opposite(tmp_path: Path, house_encoder: Encoder) -> None:
    english, _ = prepare(read([pairs_file(tmp_path)]), 100)
    result = ours(english)
    assert dict(zip(english.asked, result.served, strict=True)) == {
        "How can I delete my account?": 0,
        "Who are you?": -1,
        "what does delivery cost": 1,
        "How can I not delete my account?": -1,
    }
    assert len(result.seconds) == 4
    assert min(result.seconds) > 0


def test_a_peer_that_fails_is_an_error_with_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit('no module named gptcache')")
    monkeypatch.setattr(cache_peers, "CHILD", child)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        theirs(WORK, Path(sys.executable))
    assert "no module named gptcache" in failed.value.stderr


def test_without_the_peer_the_own_figures_are_printed_and_how_to_get_it(
    tmp_path: Path, house_encoder: Encoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pairs_file(tmp_path)
    monkeypatch.setattr("sys.argv", ["cache_peers", "--pairs", str(path), "--peer", str(tmp_path / "none"), "--json"])
    cache_peers.main()
    lines = capsys.readouterr().out.splitlines()
    assert any("infra/peers/gptcache.txt" in line for line in lines)
    found = json.loads(lines[-1])
    assert found["en_ours_hit_rate"] == 1.0
    assert found["en_ours_false_hit_rate"] == 0.0
    assert found["zh_questions"] == 1
    assert not [name for name in found if "gptcache" in name or name.endswith("ratio")]


def test_without_files_the_authored_pairs_are_asked() -> None:
    written = [*swaps(), *paraphrases()]
    assert [(pair.a, pair.b, pair.same) for pair in authored()] == [(pair.a, pair.b, pair.same) for pair in written]
    assert sum(not pair.same for pair in authored()) >= 500


@pytest.fixture
def house_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the house's own environment of the peer would be."""
    python = tmp_path / ".peers" / "gptcache" / "bin" / "python"
    monkeypatch.setattr(cache_peers, "PEER", python)
    return python


def test_what_counts_as_false_is_listed_with_what_was_served_for_it() -> None:
    work = Work(
        curated=["Renew for two years?", "Cancel?"],
        asked=["Renew for 2 years?", "Cancel?", "Renew for 3 years?"],
        curated_vectors=np.zeros((2, 1), np.float32),
        asked_vectors=np.zeros((3, 1), np.float32),
        fitting={"Cancel?": frozenset({"Cancel?"})},
        language="en",
    )
    result = Result([0, 1, -1], [1.0, 1.0, 1.0])
    assert falsely(work, result) == [("Renew for 2 years?", "Renew for two years?")]
    assert figures("x", work, result)["x_false_hit_rate"] == pytest.approx(1 / 3)


def test_the_peers_environment_is_made_once(house_peer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[object]] = []

    def run(command: list[object], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        house_peer.parent.mkdir(parents=True, exist_ok=True)
        house_peer.touch()
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr(cache_peers.subprocess, "run", run)
    assert installed(house_peer)
    assert installed(house_peer)
    assert [command[0] for command in ran] == [sys.executable, str(house_peer)]
    assert ran[0][-1] == str(house_peer.parent.parent)
    assert ran[1][-1] == str(cache_peers.PINS)


def test_an_installation_that_failed_leaves_nothing_that_looks_like_one(
    house_peer: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: list[object], **_: object) -> subprocess.CompletedProcess[str]:
        house_peer.parent.mkdir(parents=True, exist_ok=True)
        house_peer.touch()
        return subprocess.CompletedProcess([], int("pip" in command), "", "no matching distribution")

    monkeypatch.setattr(cache_peers.subprocess, "run", run)
    assert not installed(house_peer)
    assert "no matching distribution" in capsys.readouterr().out
    assert not house_peer.exists()


def test_another_interpreter_is_used_as_it_is(house_peer: Path, tmp_path: Path) -> None:
    assert installed(Path(sys.executable))
    assert not installed(tmp_path / "nowhere")
