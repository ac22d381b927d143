"""Retrieval: recall, reciprocal rank and nDCG of dense, lexical, hybrid and reranked search."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from assistant.knowledge.encoder import chosen_reranker, shared_encoder, use_threads
from assistant.knowledge.stored_vectors import StoredVectors
from retrieval.evaluate import evaluate
from retrieval.protocols import Encoder


def add_arguments(parser: ArgumentParser) -> None:
    """Say what is measured on what."""
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="JSON lines: doc_id, text or answer")
    parser.add_argument("--questions", type=Path, required=True, help="JSON lines: question, doc_id or relevant")
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads that embed the corpus")
    parser.add_argument("--vectors", type=Path, help="folder to keep embeddings in: a run that was ended goes on there")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Return the figures by method; a cross-encoder that the settings name (RERANKER) stands beside the light one."""
    use_threads(options["threads"])
    encoder: Encoder = shared_encoder()
    if options.get("vectors"):
        encoder = StoredVectors(encoder, options["vectors"])
    return dict(
        evaluate(
            options["corpus"],
            options["questions"],
            encoder,
            limit=options["limit"],
            reranker=chosen_reranker(),
        )
    )
