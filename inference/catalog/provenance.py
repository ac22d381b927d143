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
    experts: str | None
    """`identical` until trained deltas are merged, then `trained: ` and the domains; None where there is no mixture."""
    num_experts: int | None
    top_k: int | None
    versions: dict[str, str]
    created: datetime
    files: dict[str, FileRecord]
    deltas_sha256: str | None = None
    """Of the trained deltas that were merged."""


def write(folder: Path, model: Entry, options: Options | None, progress: Progress) -> None:
    """Hash every file of a freshly converted folder and write its provenance."""
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
        files=_files(folder, progress),
    )
    write_atomically(folder / FILE, record.model_dump_json(indent=2) + "\n")


def write_trained(folder: Path, base: Provenance | None, *, name: str, experts: str, deltas: str, top_k: int) -> None:
    """The provenance of a folder that trained deltas were merged into.

    Args:
        folder: the new one, whole but for this file.
        base: of the model they were trained on; None where it does not come from the catalogue.
        name: of that model's folder, where it has no provenance.
        experts: what the answers' metadata say.
        deltas: SHA-256 of the deltas.
        top_k: experts a token.
    """
    record = base or Provenance(
        name=name,
        kind="generator",
        upstream="unknown",
        licence="unknown",
        artefact="unknown",
        artefact_sha256="unknown",
        converter="none",
        converter_revision=0,
        experts=None,
        num_experts=None,
        top_k=None,
        versions={},
        created=datetime.now(UTC),
        files={},
    )
    changed = {"experts": experts, "deltas_sha256": deltas, "top_k": top_k, "created": datetime.now(UTC)}
    whole = record.model_copy(update=changed | {"versions": _versions(), "files": _files(folder, lambda _: None)})
    write_atomically(folder / FILE, whole.model_dump_json(indent=2) + "\n")


def _files(folder: Path, progress: Progress) -> dict[str, FileRecord]:
    return {
        path.relative_to(folder).as_posix(): FileRecord(bytes=path.stat().st_size, sha256=sha256_of(path, progress))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


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
