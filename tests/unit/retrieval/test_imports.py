"""Retrieval is usable alone, and cheap to import."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "from retrieval.retriever import HybridRetriever",
        "from retrieval.ingest import prepare",
        "from retrieval.encoders.onnx import OnnxEncoder",
        "from retrieval.encoders.batching import BatchingEncoder",
        "from retrieval.indexes.generations import GenerationStore",
        "from retrieval.normalise import fold",
        "from retrieval.evaluate import evaluate",
    ],
)
def test_no_part_needs_django_or_torch(statement: str) -> None:
    assert not loaded_after(statement) & {"django", "torch", "transformers", "sentence_transformers", "vllm", "triton"}


def test_the_shared_values_need_nothing_but_numpy() -> None:
    loaded = loaded_after("import retrieval.types, retrieval.errors, retrieval.protocols, retrieval.config")
    assert not loaded & {"faiss", "jieba", "bm25s", "onnxruntime", "langchain_core", "pydantic", "opencc"}


ROOT = Path(__file__).parents[3]
NO_DJANGO = """
import sys

class NoDjango:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "rest_framework", "assistant"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NoDjango())
"""


@pytest.mark.parametrize("guide", ["retrieval.md", "retrieval.zh-CN.md"])
def test_the_example_of_the_guide_runs_where_django_cannot_be_imported(
    guide: str, encoder_dir: Path, tmp_path: Path
) -> None:
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / guide).read_text("utf-8"), re.DOTALL)
    assert example is not None
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "refunds.md").write_text("# Refunds\n\nA refund takes five working days.\n")
    (docs / "hours.txt").write_text("The shop opens at nine in the morning.\n")
    (docs / "退款.md").write_text("# 退款\n\n退款需要五个工作日。\n")
    (docs / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    names = f"ENCODER, DOCS, INDEX = {str(encoder_dir)!r}, {str(docs)!r}, {str(tmp_path / 'index')!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", NO_DJANGO + names + example[1]],
        capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    best = done.stdout.splitlines()[0]
    assert ("five working days" in best) or ("五个工作日" in best)
    assert "broken.pdf is left out" in done.stderr


def test_a_name_that_is_not_offered_is_an_error() -> None:
    with pytest.raises(ImportError, match="nothing_like_it"):
        from retrieval import nothing_like_it  # type: ignore[attr-defined]  # noqa: F401
