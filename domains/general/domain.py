"""The general domain."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from domains.grounded import Grounded


class General(Grounded):
    """Answers from sources when they suffice; else the model answers freely unless the company is asked about."""

    name = "general"
    folder: ClassVar[Path] = Path(__file__).parent
