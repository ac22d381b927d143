"""A file from the Hugging Face hub, through its own client: resumable, honouring its endpoint, token and offline
settings.
"""

import importlib
import shutil
from pathlib import Path
from typing import Any

from inference.catalog.errors import SourceUnavailable
from inference.catalog.types import Artefact, HubSource, Progress

_REACHABLE_SECONDS = 3.0
"""A hub that is there answers well within this; a firewall that swallows packets must not hold up the wheels."""


def fetch_from_hub(source: HubSource, artefact: Artefact, workspace: Path, progress: Progress) -> Path:
    """Download the file into `workspace`; an interrupted download goes on where it stopped.

    Returns its path. Raises `SourceUnavailable` when the hub is unreachable, lacks the file, or announces another
    SHA-256.
    """
    import httpx2
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import HFValidationError

    if constants.HF_HUB_OFFLINE:
        raise SourceUnavailable(str(source), "offline mode is set (HF_HUB_OFFLINE)")
    try:
        metadata = get_hf_file_metadata(
            hf_hub_url(source.repo, source.file, revision=source.revision), timeout=_REACHABLE_SECONDS
        )
        _refuse_other_file(source, artefact, metadata.etag, metadata.size)
        folder = workspace / "hub"
        path = hf_hub_download(
            source.repo,
            source.file,
            revision=source.revision,
            local_dir=folder,
            etag_timeout=_REACHABLE_SECONDS,
            tqdm_class=_reporting_to(progress),
        )
    except (httpx2.HTTPError, OSError, HFValidationError) as error:
        raise SourceUnavailable(str(source), f"{type(error).__name__}: {error}".splitlines()[0]) from error
    finished = workspace / f"{artefact.file}.partial"
    shutil.move(path, finished)
    shutil.rmtree(folder)
    return finished


def _refuse_other_file(source: HubSource, artefact: Artefact, etag: str | None, size: int | None) -> None:
    """Large files carry their SHA-256 as ETag: another file is refused before a gigabyte is spent on it."""
    sha256_digits = 64
    if etag is not None and len(etag) == sha256_digits and etag != artefact.sha256:
        raise SourceUnavailable(str(source), f"the hub announces SHA-256 {etag}, the catalogue pins {artefact.sha256}")
    if size is not None and size != artefact.size:
        raise SourceUnavailable(str(source), f"the hub announces {size} bytes, the catalogue pins {artefact.size}")


def _reporting_to(progress: Progress) -> Any:  # noqa: ANN401 - tqdm has no types
    """A tqdm class that draws nothing and passes the byte counts on."""
    bar: Any = importlib.import_module("tqdm.auto").tqdm

    class Reporting(bar):  # type: ignore[misc]
        """Draws nothing."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - tqdm's own signature
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            progress(int(n or 0))

    return Reporting
