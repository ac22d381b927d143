"""The user's cache folder: which model lies where, and who may write there at the moment.

<cache>/<name>/<first 12 of SHA-256>-<options>-r<converter revision>/   a converted model with its provenance.json
<cache>/downloads/<SHA-256>/                                            an artefact, whole or growing
<cache>/staging/                                                        conversions under way; renamed when complete
<cache>/locks/<SHA-256>.lock                                            held by the process that pulls that artefact
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inference.catalog.types import Entry, Options


def default_cache(environment: dict[str, str] | None = None) -> Path:
    """`$XDG_CACHE_HOME/moe-assistant/models`, or the same under `~/.cache`. Pass the environment in; it is not read
    here.
    """
    base = (environment or {}).get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "moe-assistant" / "models"


def folder_of(cache: Path, model: Entry, options: Options | None) -> Path:
    """Where the converted model lies, whether or not it is there yet."""
    parts = [model.artefact.sha256[:12], *([options.label] if options else []), f"r{model.converter_revision}"]
    return cache / model.name / "-".join(parts)


def download_folder(cache: Path, model: Entry) -> Path:
    """Where the artefact is put together."""
    return cache / "downloads" / model.artefact.sha256


def staging_folder(cache: Path, final: Path) -> Path:
    """Where a conversion is written before it is renamed to `final`, on the same file system."""
    return cache / "staging" / f"{final.parent.name}-{final.name}"


@contextmanager
def exclusive(cache: Path, model: Entry, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the artefact's lock; call `waiting` once if another process has it. The system frees it if we die."""
    path = cache / "locks" / f"{model.artefact.sha256}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
