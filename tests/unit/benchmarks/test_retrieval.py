"""The benchmark of hybrid search, on a handful of chunks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import retrieval
from benchmarks.retrieval_peers import bm25s_alone, faiss_flat
from retrieval.lexical.segment import build_segment

EN = [f"The rule number {number} about parcels holds on every working day." for number in range(60)]
ZH = [f"第{number}条规定适用于所有工作日寄出的包裹，退款另行计算。" for number in range(60)]
KEYS = {
    *("chunks", "build_seconds", "p50_ms", "p95_ms", "p50_processor_ms", "rare_tenant_p50_ms", "small_tenant_p50_ms"),
    *("recall_at_10", "index_memory_mib", "index_mapped_mib", "disk_mib", "load_seconds", "peak_memory_mib"),
    *("peer_faiss_flat_p50_ms", "peer_bm25s_p50_ms", "machine"),
}


def unit_rows(count: int, dimension: int = 16) -> np.ndarray:
    rows = np.random.default_rng(0).normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def pool() -> retrieval.Pool:
    rows = {"en": np.arange(60), "zh": np.arange(60, 120)}
    return retrieval.Pool([*EN, *ZH], unit_rows(120), rows)


def test_chunks_are_recombined_from_sentences_of_one_language(pool: retrieval.Pool) -> None:
    made = list(retrieval.resampled(pool, 400))
    assert len({upsert.chunk.id for upsert in made}) == 400
    assert {upsert.chunk.tenant for upsert in made} >= {"large", "small"}
    for upsert in made[:50]:
        sentences = EN if upsert.chunk.language == "en" else ZH
        assert 2 <= sum(sentence in upsert.chunk.text for sentence in sentences) <= 5
        assert np.linalg.norm(upsert.vector) == pytest.approx(1.0, abs=1e-5)


def test_the_same_seed_gives_the_same_chunks_and_no_two_are_equal(pool: retrieval.Pool) -> None:
    first, again = (np.stack([upsert.vector for upsert in retrieval.resampled(pool, 60)]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.triu(first @ first.T, 1).max() < 0.9999


def test_sentences_are_read_from_json_lines_and_from_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"answer": f"{EN[0]} {EN[1]}"}) + "\n")
    (tmp_path / "b.md").write_text(f"{ZH[0]}短。")
    assert set(retrieval.real_sentences([tmp_path / "a.jsonl", tmp_path / "b.md"])) == {EN[0], EN[1], ZH[0]}


def test_without_a_folder_the_assistant_s_own_encoder_is_taken(encoder_dir: Path, tmp_path: Path) -> None:
    assert retrieval.default_encoder() == encoder_dir
    (tmp_path / "few.md").write_text(EN[0])
    with pytest.raises(ValueError, match="--corpus"):
        retrieval.main(["--corpus", str(tmp_path / "few.md"), "--questions", "0"])


def test_too_few_sentences_say_what_to_do(encoder_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "few.md").write_text(EN[0])
    with pytest.raises(ValueError, match="--corpus"):
        retrieval.main(["--encoder", str(encoder_dir), "--corpus", str(tmp_path / "few.md"), "--questions", "0"])


def test_the_figures_have_their_names(encoder_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.md").write_text("\n".join([*EN, *ZH]))
    retrieval.main(
        [
            *("--encoder", str(encoder_dir), "--corpus", str(tmp_path / "text.md"), "--chunks", "200"),
            *("--questions", "6", "--folder", str(tmp_path), "--json"),
        ]
    )
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(figures) == KEYS
    assert figures["recall_at_10"] == 1.0
    assert figures["chunks"] == 200
    assert figures["p95_ms"] >= figures["p50_ms"] > 0


def test_the_exact_peer_is_exact() -> None:
    rows = unit_rows(500)
    found, times = faiss_flat(rows, rows[:4], 5)
    assert [set(np.argsort(-(rows @ row))[:5].tolist()) for row in rows[:4]] == found
    assert len(times) == 4


def test_bm25s_alone_ranks_by_the_same_scores() -> None:
    assert bm25s_alone(build_segment([*EN, *ZH]), ["parcels on working days", "退款"]) > 0
