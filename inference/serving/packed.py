"""Where the packed weights of one model lie: a folder whose name is a digest of everything their bytes depend on, in
two parts: the model and how it is packed, then the kernel and the processor.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path

from inference.serving.config import GIB, Weights

log = logging.getLogger(__name__)

LIMIT_BYTES = 6 * GIB
"""What all models' packed weights may take: the 1.5B in int4 takes 1.2 GiB while its experts are identical."""

_PROVENANCE = "provenance.json"
_DIGITS = 12


def default_cache(models: Path) -> Path:
    """Beside the folder `models`, as the kernels are."""
    return models.parent / "packed"


def folder(cache: Path, model: Path, library: Path, weights: Weights) -> Path | None:
    """The model's folder under `cache`, made if need be and marked as used; None where none can be written.

    Args:
        cache: what `default_cache` gives.
        model: folder in the Hugging Face layout. Its provenance, where the catalogue has written one, holds SHA-256 of
            every file; size and time of change of the weights stand for them elsewhere, and notice an edit everywhere.
        library: the built kernel, whose folder is named by a digest of sources, flags and compiler.
        weights: how the weights are packed.
    """
    digest = hashlib.sha256(weights.value.encode())
    for path in sorted([model / "config.json", model / _PROVENANCE, *model.glob("*.safetensors")]):
        if not path.exists():
            continue
        about = path.stat()
        digest.update(repr((path.name, about.st_size, about.st_mtime_ns)).encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    kernel = hashlib.sha256(repr((library.parent.name, _processor())).encode())
    mine = cache / f"{digest.hexdigest()[:_DIGITS]}-{kernel.hexdigest()[:_DIGITS]}"
    try:
        mine.mkdir(parents=True, exist_ok=True)
        os.utime(mine)
    except OSError as error:
        log.warning("weights are packed at each start: %s can't be written (%s)", mine, error)
        return None
    return mine


def prune(cache: Path, keep: Path, limit: int = LIMIT_BYTES) -> list[Path]:
    """Remove what another kernel packed of the same model, which an update leaves behind, then what was used longest
    ago until all of it takes at most `limit` bytes; `keep` stays in any case.

    Half-written files that a killed server left in `keep` are removed, too. Returns the folders that are gone.
    """
    for left in keep.glob(".*.tmp"):
        left.unlink(missing_ok=True)
    folders = sorted((path for path in cache.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    sizes = {path: sum(file.stat().st_size for file in path.iterdir()) for path in folders}
    total, gone = sum(sizes.values()), []
    left_behind = [path for path in folders if path.name.split("-")[0] == keep.name.split("-")[0]]
    for path in dict.fromkeys([*left_behind, *folders]):
        if total <= limit and path not in left_behind:
            break
        if path != keep:
            shutil.rmtree(path)
            total -= sizes[path]
            gone.append(path)
    return gone


def _processor() -> str:
    """What the processor can do, as the kernel names it; the layout is the same on all, the choice of formats may
    come to depend on it.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("flags")), "")
