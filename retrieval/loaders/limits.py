"""What every loader checks: sizes before parsing, text after it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.types import ParsedDocument

_MIB = 1024 * 1024


def check_size(path: Path, limits: LoaderLimits) -> None:
    """Refuse files of zero bytes (`empty_file`) and files beyond the limit (`too_large`)."""
    check_length(path, path.stat().st_size, limits)


def check_length(path: Path, size: int, limits: LoaderLimits) -> None:
    """The same of a file that need not lie at `path` yet."""
    if size == 0:
        raise UnreadableDocument("empty_file", f"{path.name} is empty (0 bytes)", filename=path.name)
    if size > limits.bytes:
        raise too_large(path, f"{size / _MIB:.1f} MiB", f"{limits.bytes // _MIB} MiB")


def check_zip(path: Path, limits: LoaderLimits) -> None:
    """Refuse an office file that is no zip (`damaged`), is encrypted, or unpacks beyond the limits (`too_large`)."""
    check_size(path, limits)
    with path.open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # OLE2: how Office wraps an encrypted file
            raise UnreadableDocument("encrypted", f"{path.name} is encrypted: save it without a password",
                                     filename=path.name)  # fmt: skip
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged(path, error) from error
    unpacked = sum(member.file_size for member in members)
    if len(members) > limits.members:
        raise too_large(path, f"{len(members)} parts inside", str(limits.members))
    if unpacked > limits.unpacked_bytes or unpacked > limits.ratio * max(path.stat().st_size, _MIB):
        raise too_large(path, f"{unpacked / _MIB:.0f} MiB unpacked", f"{limits.unpacked_bytes // _MIB} MiB")


def check_text(path: Path, document: ParsedDocument, limits: LoaderLimits) -> ParsedDocument:
    """Refuse a document without text (`no_text`) or with too much (`too_large`); returns it otherwise."""
    characters = sum(len(section.text) for section in document.sections)
    if not any(section.text.strip() for section in document.sections):
        raise UnreadableDocument("no_text", f"{path.name} holds no text", filename=path.name)
    if characters > limits.characters:
        raise too_large(path, f"{characters:,} characters", f"{limits.characters:,}")
    return document


def too_large(path: Path, found: str, limit: str) -> UnreadableDocument:
    """Make the error for a file beyond a limit."""
    return UnreadableDocument(
        "too_large", f"{path.name} is too large: {found}, limit {limit}", filename=path.name, found=found, limit=limit
    )


def damaged(path: Path, error: Exception) -> UnreadableDocument:
    """Make the error for a file its format's library cannot read."""
    reason = f"{type(error).__name__}: {error}"[:200]
    return UnreadableDocument("damaged", f"{path.name} cannot be read ({reason})", filename=path.name, reason=reason)
