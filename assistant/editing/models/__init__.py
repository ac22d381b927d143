"""Rows of the editors' desk."""

from assistant.editing.models.citation import Citation, Passage
from assistant.editing.models.draft import Draft, StaleDocument
from assistant.editing.models.run import Gaps, Run, Twins, Unrecognised

__all__ = ["Citation", "Draft", "Gaps", "Passage", "Run", "StaleDocument", "Twins", "Unrecognised"]
