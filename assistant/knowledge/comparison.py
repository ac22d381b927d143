"""What changed between two revisions of a document, as their readers would see it."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.knowledge import blobs
from assistant.knowledge.models import Revision
from retrieval.chunking.sentences import split_sentences
from retrieval.config import LoaderLimits
from retrieval.loaders.isolated import ChildLimits, IsolatedParser

_LIMITS = ChildLimits(seconds=20.0, most_seconds=20.0)
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison: `mark` is "+", "-", or " " for what both have around a change."""

    mark: str
    text: str


def compare(before: Revision, after: Revision) -> list[Line]:
    """Compare two revisions sentence by sentence, with two lines around each change; empty when the texts are equal.

    Raises UnreadableDocument when one of them cannot be read, and BlobDamaged.
    """
    parser = IsolatedParser(_LIMITS)
    try:
        old, new = _lines(before, parser), _lines(after, parser)
    finally:
        parser.close()
    changes = list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]  # the first two name files
    return [Line(line[0], line[1:]) for line in changes[:_MOST_LINES] if not line.startswith("@@")]


def _lines(revision: Revision, parser: IsolatedParser) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        path = Path(folder) / f"revision{Path(revision.filename).suffix}"
        path.write_bytes(blobs.read(revision))
        document = parser(path, path.name, LoaderLimits())
    lines: list[str] = []
    for section in document.sections:
        lines.append(" > ".join(section.headings))
        lines.extend(sentence.strip() for sentence in split_sentences(section.text))
    return [line for line in lines if line]
