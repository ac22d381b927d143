"""Trained deltas as data: tensors in safetensors, and a manifest that names the model they belong to.

    DELTAS/manifest.json         what was learnt, on what, how well; SHA-256 of the tensors and of the base model
    DELTAS/deltas.safetensors    of each named domain's expert a13, b13, a2, b2 [..]; of each layer the router

Nothing in the folder is ever executed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from datetime import UTC, datetime
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from inference.catalog.checksums import sha256_of, write_atomically
from inference.specialise.adapters import Adapters
from inference.specialise.errors import DamagedDeltas
from inference.specialise.measure import Outcome

MANIFEST, TENSORS = "manifest.json", "deltas.safetensors"
_PARTS = ("a13", "b13", "a2", "b2")


class TrainedDomain(BaseModel):
    """What one domain's expert was trained on and how it did on held-out text (perplexities)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    expert: int
    tokens: int
    held_out_tokens: int
    text_sha256: str
    before: float
    after: float
    share_before: float
    share: float
    named: bool


class Manifest(BaseModel):
    """The content of manifest.json. `base_sha256`: see `base_checksum`. `tensors_sha256`: of deltas.safetensors.
    `window`, `held_out` and `most`: see `texts.prepare`; measuring again must hold out the same text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = 1
    base: str
    base_sha256: str
    tensors_sha256: str
    rank: int
    alpha: float
    top_k: int
    steps: int
    seed: int
    window: int
    held_out: float
    most: int
    domains: tuple[TrainedDomain, ...]
    versions: dict[str, str]
    created: datetime

    @property
    def named(self) -> tuple[TrainedDomain, ...]:
        """Domains whose held-out perplexity fell: the only ones whose deltas are in the file."""
        return tuple(domain for domain in self.domains if domain.named)

    @property
    def experts(self) -> str:
        """As the answers' metadata say it: `identical`, or `trained: ` and the domains."""
        names = ", ".join(domain.name for domain in self.named)
        return f"trained: {names}" if names else "identical"


def base_checksum(folder: Path) -> str:
    """SHA-256 over the names and SHA-256 sums of a model's weights and configuration."""
    digest = hashlib.sha256()
    for path in sorted([folder / "config.json", *folder.glob("*.safetensors")]):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def tensors_of(adapters: Adapters, outcomes: tuple[Outcome, ...]) -> dict[str, Tensor]:
    """The deltas of named domains in float32, and the router of each layer as it will be served."""
    named = [outcome.expert for outcome in outcomes if outcome.named]
    found: dict[str, Tensor] = {}
    for layer in adapters if named else ():
        found[f"{layer.name}.gate.weight"] = layer.router.detach().cpu()
        for expert in named:
            for part in _PARTS:
                value: Tensor = getattr(layer, part)[expert]
                found[f"{layer.name}.experts.{expert}.{part}"] = value.detach().cpu().contiguous()
    return found


def write(folder: Path, manifest: Manifest, tensors: dict[str, Tensor]) -> Manifest:
    """Write tensors, then the manifest with their checksum: a folder without a manifest is no deltas."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    save_file(tensors, folder / TENSORS)
    whole = manifest.model_copy(update={"tensors_sha256": sha256_of(folder / TENSORS)})
    write_atomically(folder / MANIFEST, whole.model_dump_json(indent=2) + "\n")
    return whole


def read(folder: Path) -> tuple[Manifest, dict[str, Tensor]]:
    """The manifest and the tensors it vouches for. Raises `DamagedDeltas`."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise DamagedDeltas(folder, f"{MANIFEST} is missing") from error
    except ValidationError as error:
        raise DamagedDeltas(folder, f"{MANIFEST} cannot be read") from error
    path = folder / TENSORS
    if not path.is_file():
        raise DamagedDeltas(folder, f"{TENSORS} is missing")
    if sha256_of(path) != manifest.tensors_sha256:
        raise DamagedDeltas(folder, f"{TENSORS} has changed")
    try:
        return manifest, load_file(path)
    except SafetensorError as error:
        raise DamagedDeltas(folder, f"{TENSORS} cannot be read") from error


def restore(adapters: Adapters, manifest: Manifest, tensors: dict[str, Tensor], folder: Path) -> None:
    """Put trained values into fresh adapters and enable them. Raises `DamagedDeltas` where one is missing."""
    try:
        with torch.no_grad():
            for layer in adapters if manifest.named else ():
                layer.router.copy_(tensors[f"{layer.name}.gate.weight"])
                for domain in manifest.named:
                    for part in _PARTS:
                        getattr(layer, part)[domain.expert].copy_(
                            tensors[f"{layer.name}.experts.{domain.expert}.{part}"]
                        )
    except (KeyError, RuntimeError) as error:
        raise DamagedDeltas(folder, f"{TENSORS} does not fit the model ({error})") from error
    adapters.enable({domain.expert for domain in manifest.named})


def versions() -> dict[str, str]:
    """Of the libraries that trained."""
    return {name: importlib.metadata.version(name) for name in ("safetensors", "torch", "transformers")}


def now() -> datetime:
    """Of the manifest."""
    return datetime.now(UTC)
