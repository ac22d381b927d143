"""The knowledge base in the admin."""

from assistant.knowledge.admin.documents import DocumentAdmin
from assistant.knowledge.admin.jobs import IngestionJobAdmin

__all__ = ["DocumentAdmin", "IngestionJobAdmin"]
