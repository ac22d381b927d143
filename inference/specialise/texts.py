"""Files of text as windows of tokens, on disk: memory holds a window, not a domain.

The last part of a domain's text is held out. Training never reads it, and nothing is chosen by it but whether the
domain gets its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from inference.specialise.errors import InvalidDomains, TextTooShort

SUFFIXES = {".md", ".txt", ".py", ".jsonl", ".csv", ".rst"}
PIECE = 64 * 1024
"""Characters that are split into tokens together."""
HELD_OUT_LEAST = 4
"""Windows, at least, that are held out: below that no difference can be told from chance."""


class Tokenizer(Protocol):
    """What is used of a tokenizer of transformers."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Token ids of a text."""


@dataclass(frozen=True, slots=True)
class Source:
    """A domain by name and the files, or folders of files, that speak its language."""

    name: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """How a text is cut: `window` tokens are seen together, the last windows, a share `held_out`, are never learnt
    from, and of each domain `most` tokens are read.
    """

    window: int = 256
    held_out: float = 0.1
    most: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Domain:
    """Tokens of a domain on disk, [tokens] uint32, the first `learnt` windows to learn from, the others held out.

    `expert`: the expert it is to have. `sha256`: of the tokens, so that a run can tell that a text has changed.
    """

    name: str
    expert: int
    file: Path
    window: int
    learnt: int
    held: int
    sha256: str

    def window_at(self, number: int) -> Tensor:
        """Ids [window] int64 of one window, counted from the first to learn from."""
        start = number * self.window
        ids = np.memmap(self.file, dtype=np.uint32, mode="r")[start : start + self.window]
        return torch.from_numpy(ids.astype(np.int64))

    def to_learn(self, step: int, seed: int) -> Tensor:
        """The window of one step: every window once in a random order, then in another."""
        turn, place = divmod(step, self.learnt)
        order = np.random.default_rng((seed, self.expert, turn)).permutation(self.learnt)
        return self.window_at(int(order[place]))

    def held_out(self, most: int) -> Iterator[Tensor]:
        """At most so many held-out windows, evenly spread."""
        for number in np.unique(np.linspace(0, self.held - 1, min(most, self.held)).astype(int)):
            yield self.window_at(self.learnt + int(number))


def parse(arguments: Iterable[str]) -> tuple[Source, ...]:
    """`NAME=FILE[,FILE...]`, in the order of experts. Raises `InvalidDomains`."""
    found: list[Source] = []
    for argument in arguments:
        name, _, paths = argument.partition("=")
        if not name.isidentifier() or not paths:
            raise InvalidDomains(f"{argument!r} is no NAME=FILE", f"{argument!r} 不是“名称=文件”的形式")
        if any(source.name == name for source in found):
            raise InvalidDomains(f"domain {name} is given twice", f"领域 {name} 出现了两次")
        missing = [path for path in paths.split(",") if not Path(path).exists()]
        if missing:
            raise InvalidDomains(f"{missing[0]} does not exist", f"{missing[0]} 不存在")
        found.append(Source(name, tuple(map(Path, paths.split(",")))))
    return tuple(found)


def prepare(sources: Iterable[Source], tokenizer: Tokenizer, folder: Path, split: Split) -> tuple[Domain, ...]:
    """Write each domain's tokens into `folder`, made if need be; the first source has expert 0, the next expert 1.

    Raises:
        TextTooShort: a domain has fewer than twice the windows that must be held out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        _domain(source, expert, tokenizer, folder / f"{source.name}.tokens", split)
        for expert, source in enumerate(sources)
    )


def _domain(source: Source, expert: int, tokenizer: Tokenizer, file: Path, split: Split) -> Domain:
    digest, count = hashlib.sha256(), 0
    with file.open("wb") as stream:
        for piece in _pieces(source.paths):
            ids = tokenizer.encode(piece, add_special_tokens=False)[: split.most - count]
            data = np.asarray(ids, dtype=np.uint32).tobytes()
            digest.update(data)
            stream.write(data)
            count += len(ids)
            if count >= split.most:
                break
    windows = count // split.window
    held = max(HELD_OUT_LEAST, round(windows * split.held_out))
    if windows < held + HELD_OUT_LEAST:
        raise TextTooShort(source.name, count, 2 * HELD_OUT_LEAST * split.window)
    return Domain(source.name, expert, file, split.window, windows - held, held, digest.hexdigest())


def _pieces(paths: Iterable[Path]) -> Iterator[str]:
    """Text of all files, cut at line ends, never more than a piece and a line in memory."""
    for path in paths:
        files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        for file in files:
            lines: list[str] = []
            size = 0
            with file.open(encoding="utf-8", errors="replace") as stream:
                while line := stream.readline(PIECE):
                    lines.append(line)
                    size += len(line)
                    if size >= PIECE:
                        yield "".join(lines)
                        lines, size = [], 0
            if lines:
                yield "".join(lines) + "\n"
