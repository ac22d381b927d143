"""Retrieval is usable alone, and cheap to import."""

from __future__ import annotations

import subprocess
import sys

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
