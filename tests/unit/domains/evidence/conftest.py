"""An encoder of words, for what is trained and measured without the real one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from domains import words
from retrieval.types import Vectors


class WordEncoder:
    """Implements Encoder: content words hashed into 256 places, unit length."""

    name = "words"
    dimension = 256

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words.content(text):
                row[zlib.crc32(word.encode()) % self.dimension] += 1.0
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    encode_passages = encode_questions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


TOPICS = ("tea", "lamp", "car", "boat", "tree", "piano", "bread", "stone", "glass", "river", "cloud", "horse")


def demo_line(topic: str, *, answered: bool, split: str = "train", question: str = "") -> str:
    return json.dumps(
        {
            "question": question or f"What does the {topic} cost?", "passage": f"The {topic} costs 5 yuan.",
            "answered": answered,
            "language": "en", "kind": "answer" if answered else "not_stated", "document": f"{topic}.md",
            "split": split,
        }
    )  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.jsonl"
    lines = [demo_line(topic, answered=True) for topic in TOPICS]
    lines.append(demo_line("tea", answered=False, question="Who drinks the tea?"))
    lines.append(demo_line("tea", answered=True, split="test", question="Is the tea 5 yuan?"))
    path.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "documents.jsonl").write_text('{"file": "tea.md", "title": "On tea"}', encoding="utf-8")
    return path


@pytest.fixture
def mtrag(tmp_path: Path) -> Path:
    path = tmp_path / "tasks.jsonl"
    tasks = [
        {"answerability": [label], "collection": "fiqa", "contexts": contexts,
         "messages": [{"speaker": "user", "text": "Hi"}, {"speaker": "agent", "text": "Hello"},
         {"speaker": "user", "text": "What is an IRA?"}]}
        for label, contexts in (("ANSWERABLE", [{"document_id": "a", "text": "An IRA is an account."}]),
            ("UNANSWERABLE", []), ("PARTIAL", []))
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
    return path
