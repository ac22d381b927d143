"""Search that cites: files into chunks, chunks into an index, questions into hits. Its own library, without Django."""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "Filter": "retrieval.types",
    "Upsert": "retrieval.types",
    "Delete": "retrieval.types",
    "GenerationStore": "retrieval.indexes.generations",
    "HybridRetriever": "retrieval.retriever",
    "OnnxEncoder": "retrieval.encoders.onnx",
    "upserts_of": "retrieval.ingest",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Import a part when it is first asked for: `import retrieval` stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_HOMES[name]), name)
