"""Deltas added to their model: a new folder in the layout of the old one, written tensor by tensor."""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from inference.catalog import provenance
from inference.catalog.converters.safetensors_stream import StreamedTensor, write_shards
from inference.catalog.errors import DamagedModel
from inference.specialise import deltas
from inference.specialise.adapters import add
from inference.specialise.deltas import Manifest
from inference.specialise.errors import BaseDiffers, DamagedDeltas, NoMixture, NothingImproved

_DTYPES = {torch.bfloat16: "BF16", torch.float32: "F32"}
_LEFT = {provenance.FILE, "model.safetensors.index.json"}


def default_target(base: Path, manifest: Manifest) -> Path:
    """Beside the base in the catalogue, named by the domains and the deltas' checksum."""
    names = "-".join(domain.name for domain in manifest.named)
    return base.with_name(f"{base.name}+{names}-{manifest.tensors_sha256[:8]}")


def merge(base: Path, folder: Path, target: Path | None = None) -> tuple[Path, Manifest]:
    """Write the model with its trained experts; the folder appears when it is whole.

    Args:
        base: the model that the deltas were trained on, with one tensor for each expert's projection.
        folder: the deltas.
        target: must not exist; None for `default_target`.

    Raises:
        DamagedDeltas: the folder is not what its manifest says, or does not fit the model.
        BaseDiffers: trained on another model.
        NothingImproved: no domain was named.
        NoMixture: weights in a dtype or layout that is not written here.
        FileExistsError: there is such a folder.
    """
    manifest, tensors = deltas.read(folder)
    if not manifest.named:
        raise NothingImproved(folder)
    found = deltas.base_checksum(base)
    if found != manifest.base_sha256:
        raise BaseDiffers(base, manifest.base_sha256, found)
    final = target or default_target(base, manifest)
    if final.exists():
        raise FileExistsError(f"{final} exists; nothing was written / {final} 已存在，未写入任何内容")
    staging = final.with_name(f".{final.name}.{os.getpid()}.tmp")
    staging.mkdir(parents=True)
    try:
        changes = _Changes(manifest, tensors)
        write_shards(staging, _streamed(base, changes), lambda _: None)
        if changes.left:
            raise DamagedDeltas(folder, f"{sorted(changes.left)[0]} has no place in {base}")
        _copy_rest(base, staging, manifest)
        _write_provenance(base, staging, manifest)
        staging.rename(final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return final, manifest


class _Changes:
    """Which tensors change. `left`: deltas that found none yet."""

    def __init__(self, manifest: Manifest, tensors: dict[str, Tensor]) -> None:
        self._tensors, self._scale = tensors, manifest.alpha / manifest.rank
        self.left = set(tensors)

    def of(self, name: str, weight: Tensor) -> Tensor:
        """The tensor of that name as it is to be written."""
        if name in self._tensors:
            self.left.discard(name)
            return self._tensors[name].to(weight.dtype)
        prefix, _, projection = name.removesuffix(".weight").rpartition(".")
        part = "2" if projection == "down_proj" else "13"
        if projection not in {"gate_proj", "up_proj", "down_proj"} or f"{prefix}.a{part}" not in self._tensors:
            return weight
        a, b = self._tensors[f"{prefix}.a{part}"], self._tensors[f"{prefix}.b{part}"]
        self.left -= {f"{prefix}.a{part}", f"{prefix}.b{part}"}
        if part == "13":
            gate, up = b.chunk(2)
            b = gate if projection == "gate_proj" else up
        return add(weight, a, b, self._scale)


def _streamed(base: Path, changes: _Changes) -> Iterator[StreamedTensor]:
    for file in sorted(base.glob("*.safetensors")):
        with safe_open(file, framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118 - no mapping
                about = opened.get_slice(name)
                dtype = about.get_dtype()
                if dtype not in _DTYPES.values():
                    raise NoMixture(base, f"{name} is in {dtype}", f"{name} 的格式为 {dtype}")
                yield StreamedTensor(
                    (name,), tuple(about.get_shape()), functools.partial(_bytes, file, name, changes), dtype
                )


def _bytes(file: Path, name: str, changes: _Changes) -> Iterable[bytes]:
    """One tensor, read when it is written."""
    with safe_open(file, framework="pt") as opened:
        weight = opened.get_tensor(name)
    yield changes.of(name, weight).contiguous().view(torch.uint8).numpy().tobytes()


def _copy_rest(base: Path, target: Path, manifest: Manifest) -> None:
    for path in sorted(base.iterdir()):
        if path.is_file() and path.suffix != ".safetensors" and path.name not in _LEFT:
            shutil.copy2(path, target / path.name)
    config = json.loads((target / "config.json").read_text(encoding="utf-8"))
    config["num_experts_per_tok"] = manifest.top_k
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _write_provenance(base: Path, target: Path, manifest: Manifest) -> None:
    """The base's, where it has one, with what was learnt."""
    try:
        record = provenance.read(base)
    except DamagedModel:
        record = None
    provenance.write_trained(
        target, record, name=base.name, experts=manifest.experts, deltas=manifest.tensors_sha256, top_k=manifest.top_k
    )
