"""What a generation says about itself."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import IndexDamaged

FORMAT = 2
READABLE = frozenset({1, 2})
"""Format 1 knew neither where a chunk ends nor when it is valid."""
MANIFEST = "manifest.json"


class FileFact(BaseModel):
    """Size and SHA-256 of one file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """The facts a reader checks before it trusts a generation. `sequence` is the last change that is in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int
    number: int = Field(ge=1)
    sequence: int = Field(ge=0)
    count: int = Field(ge=0)
    dimension: int = Field(ge=1)
    encoder: str
    files: dict[str, FileFact]

    def to_json(self) -> str:
        """Write as JSON."""
        return self.model_dump_json(indent=2) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest. Raises IndexDamaged."""
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise IndexDamaged(f"{path}: unreadable manifest ({type(error).__name__})") from error
    if manifest.format not in READABLE:
        readable = ", ".join(map(str, sorted(READABLE)))
        raise IndexDamaged(f"{path}: format {manifest.format}, this version reads {readable}: build the index again")
    return manifest
