"""What a converted folder says about itself: where it came from, how it was made, and what each file must be."""

import importlib.metadata
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from inference.catalog.checksums import sha256_of, write_atomically
from inference.catalog.errors import DamagedModel
from inference.catalog.types import Entry, Options, Progress

FILE = "provenance.json"
_LIBRARIES = (
    "gguf",
    "onnx",
    "onnxruntime",
    "safetensors",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "transformers",
)


class FileRecord(BaseModel):
    """Size in bytes and SHA-256 of one file."""

    model_config = ConfigDict(frozen=True)
    bytes: int
    sha256: str


class Provenance(BaseModel):
    """The content of provenance.json."""

    model_config = ConfigDict(frozen=True)
    name: str
    kind: Literal["generator", "encoder"]
    upstream: str
    licence: str
    artefact: str
    artefact_sha256: str
    converter: str
    converter_revision: int
    experts: Literal["identical"] | None
    """`identical` until trained deltas are loaded; None where there is no mixture."""
    num_experts: int | None
    top_k: int | None
    versions: dict[str, str]
    created: datetime
    files: dict[str, FileRecord]


def write(folder: Path, model: Entry, options: Options | None, progress: Progress) -> None:
    """Hash every file of a freshly converted folder and write its provenance."""
    files = {
        path.relative_to(folder).as_posix(): FileRecord(bytes=path.stat().st_size, sha256=sha256_of(path, progress))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    record = Provenance(
        name=model.name,
        kind=model.kind,
        upstream=model.upstream,
        licence=model.licence,
        artefact=model.artefact.file,
        artefact_sha256=model.artefact.sha256,
        converter=model.converter,
        converter_revision=model.converter_revision,
        experts="identical" if options and options.experts else None,
        num_experts=options.experts if options else None,
        top_k=options.top_k if options else None,
        versions=_versions(),
        created=datetime.now(UTC),
        files=files,
    )
    write_atomically(folder / FILE, record.model_dump_json(indent=2) + "\n")


def read(folder: Path) -> Provenance:
    """The folder's provenance. Raises `DamagedModel` when there is none or it cannot be read."""
    try:
        return Provenance.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DamagedModel(folder, (f"{FILE} is missing",)) from error
    except ValidationError as error:
        raise DamagedModel(folder, (f"{FILE} cannot be read",)) from error


def check(folder: Path, *, thorough: bool, progress: Progress = lambda _: None) -> Provenance:
    """Every file is there with its size; `thorough` also hashes each. Raises `DamagedModel` naming what is wrong."""
    record = read(folder)
    problems: list[str] = []
    for name, expected in record.files.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif path.stat().st_size != expected.bytes:
            problems.append(f"{name} has {path.stat().st_size} bytes instead of {expected.bytes}")
        elif thorough and sha256_of(path, progress) != expected.sha256:
            problems.append(f"{name} has changed")
    if problems:
        raise DamagedModel(folder, tuple(problems))
    return record


def _versions() -> dict[str, str]:
    versions = {}
    for library in _LIBRARIES:
        try:
            versions[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue  # an encoder-only machine has no gguf; what is absent had no part in it
    return versions
