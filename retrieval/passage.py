"""What of a chunk is searched: its title and headings say what the text is about, often in the asker's words."""

from __future__ import annotations

from retrieval.types import Chunk


def searchable(chunk: Chunk) -> str:
    """Text that is embedded and indexed: title and headings (each once) on a line, then the passage."""
    context = " > ".join(dict.fromkeys(part for part in (chunk.title, *chunk.headings) if part))
    return f"{context}\n{chunk.text}" if context else chunk.text
