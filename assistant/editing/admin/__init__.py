"""The editors' desk in the admin."""

from assistant.editing.admin.drafts import DraftAdmin
from assistant.editing.admin.findings import GapsAdmin, TwinsAdmin
from assistant.editing.admin.lineage import CitationAdmin
from assistant.editing.admin.runs import RunAdmin
from assistant.editing.admin.stale import StaleAdmin
from assistant.editing.admin.unrecognised import UnrecognisedAdmin

__all__ = ["CitationAdmin", "DraftAdmin", "GapsAdmin", "RunAdmin", "StaleAdmin", "TwinsAdmin", "UnrecognisedAdmin"]
