"""The command line of `retrieval.evaluate`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from retrieval.encoders.onnx import OnnxEncoder
from retrieval.evaluate import evaluate
from retrieval.protocols import Reranker


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures as a table, and with `--json` as the last line."""
    options = _parser().parse_args(arguments)
    encoder = OnnxEncoder(options.encoder, threads=options.threads)
    reranker = None if options.reranker is None else cross_encoder(options.reranker, options.reranker_sha256)
    figures = evaluate(options.corpus, options.questions, encoder, limit=options.limit, reranker=reranker)
    sys.stdout.write(table(figures))
    if options.json:
        sys.stdout.write(json.dumps(figures) + "\n")


def cross_encoder(folder: Path, sha256: str | None) -> Reranker:
    """Load a cross-encoder; its libraries are looked for only now. Raises RerankerUnavailable."""
    made: Reranker = import_module("retrieval.rerankers.cross_encoder").CrossEncoderReranker(folder, sha256=sha256)
    return made


def table(figures: dict[str, dict[str, float]]) -> str:
    """Lay the figures out, a method a line."""
    names = list(next(iter(figures.values())))
    lines = [f"{'':14}" + "".join(f"{name:>14}" for name in names)]
    lines += [f"{method:14}" + "".join(f"{row[name]:14.3f}" for name in names) for method, row in figures.items()]
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m retrieval.evaluate", description="Measure retrieval.")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True, help="JSON lines: doc_id, text or answer")
    parser.add_argument("--questions", type=Path, required=True, help="JSON lines: question, doc_id or relevant")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder")
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--reranker", type=Path, help="folder of a cross-encoder, to be shown beside the light one")
    parser.add_argument("--reranker-sha256", help="SHA-256 of its weights; else its folder's SHA256SUMS says it")
    parser.add_argument("--threads", type=int, default=2, help="threads of the encoder")
    parser.add_argument("--json", action="store_true", help="figures as JSON on the last line")
    return parser
