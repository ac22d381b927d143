"""Perplexity of quantised experts beside bf16, on files of text."""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.catalog import default_cache
from inference.evaluate.packed_model import mean_loss, packed
from inference.moe.kernels.cpu import build
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Inputs

FORMATS = {"bf16": Format.BF16, "int8": Format.INT8, "int4": Format.INT4}
SUFFIXES = {".md", ".txt", ".py", ".jsonl"}


@dataclass(frozen=True, slots=True)
class Text:
    """A text by name: ids [tokens]."""

    name: str
    ids: Tensor


def add(commands: Any) -> None:  # noqa: ANN401 - argparse's own class is private
    """The command's arguments."""
    parser = commands.add_parser("perplexity", help="of experts in bf16, int8 and int4, on files of text")
    parser.add_argument("--model", type=Path, required=True, help="folder of a mixture, as transformers reads it")
    parser.add_argument(
        "--text", type=Path, nargs="+", required=True, help="files, or folders of them; each argument has its row"
    )
    parser.add_argument("--experts", default="bf16,int8,int4", help="formats to compare, the first is the yardstick")
    parser.add_argument("--experts-only", action="store_true", help="leave attention and output head in bf16")
    parser.add_argument(
        *("--inputs",),
        choices=("written", "read"),
        default="written",
        help="arithmetic of tokens as they are written (activations rounded to int8) or read as a prompt",
    )
    parser.add_argument("--tokens", type=int, default=2048, help="of each text at most")
    parser.add_argument("--window", type=int, default=512, help="tokens that are seen together")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Measure and print; 1 with a sentence where something that was named is not there."""
    wanted = asked.experts.split(",")
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        sys.stderr.write(f"unknown formats {unknown}; known are {', '.join(FORMATS)}\n未知的格式：{unknown}\n")
        return 1
    try:
        model, texts = load(asked.model, asked.text, asked.tokens)
        inputs = Inputs.INT8 if asked.inputs == "written" else Inputs.AUTO
        table = measure(model, texts, wanted, inputs, window=asked.window, experts_only=asked.experts_only)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _print(table, wanted, texts)
    if asked.json:
        sys.stdout.write(json.dumps({"model": asked.model.name, "inputs": asked.inputs, **table}) + "\n")
    return 0


def measure(
    model: Any,  # noqa: ANN401 - any that gives logits
    texts: list[Text],
    wanted: list[str],
    inputs: Inputs,
    *,
    window: int,
    experts_only: bool = False,
) -> dict[str, dict[str, float]]:
    """Perplexity by text and format, and by format over all tokens together (`all`)."""
    library = Library.load(build.library(build.default_cache(default_cache())))
    table: dict[str, dict[str, float]] = {name: {} for name in (*(text.name for text in texts), "all")}
    for name in wanted:
        with packed(model, library, FORMATS[name], inputs, experts_only=experts_only):
            losses = [mean_loss(model, text.ids, window) for text in texts]
        for text, (loss, _) in zip(texts, losses, strict=True):
            table[text.name][name] = math.exp(loss)
        tokens = sum(count for _, count in losses)
        table["all"][name] = math.exp(sum(loss * count for loss, count in losses) / tokens)
    return table


def load(folder: Path, paths: list[Path], most: int) -> tuple[Any, list[Text]]:
    """The model in bf16 and at most so many tokens of each text. Raises `ValueError` for what is not there."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    missing = [path for path in (folder / "config.json", *paths) if not path.exists()]
    if missing:
        raise ValueError(f"{missing[0]} does not exist; nothing was measured\n{missing[0]} 不存在，未进行测量")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [Text(path.name, torch.tensor(tokenizer.encode(_words(path))[:most])) for path in paths]
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
    return model.eval(), texts


def _words(path: Path) -> str:
    if path.is_file():
        return path.read_text(encoding="utf-8")
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
    return "\n\n".join(file.read_text(encoding="utf-8") for file in files)


def _print(table: dict[str, dict[str, float]], wanted: list[str], texts: list[Text]) -> None:
    lengths = {text.name: len(text.ids) for text in texts} | {"all": sum(len(text.ids) for text in texts)}
    width = max(map(len, table))
    for name, row in table.items():
        first = row[wanted[0]]
        cells = "  ".join(f"{fmt} {row[fmt]:.3f} ({row[fmt] / first - 1:+.2%})" for fmt in wanted)
        sys.stdout.write(f"{name:<{width}}  {lengths[name]:>6} tokens  {cells}\n")
