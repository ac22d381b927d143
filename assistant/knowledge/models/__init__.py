"""Rows of the knowledge base: the truth that every index is derived from."""

from assistant.knowledge.models.chunk import Change, Chunk, ChunkChange
from assistant.knowledge.models.document import Document, Revision
from assistant.knowledge.models.export import TenantExport
from assistant.knowledge.models.job import IngestionJob

__all__ = ["Change", "Chunk", "ChunkChange", "Document", "IngestionJob", "Revision", "TenantExport"]
