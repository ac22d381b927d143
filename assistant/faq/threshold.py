"""The least cosine at which another wording may be served, by language, as measured."""

from __future__ import annotations

from collections.abc import Mapping

THRESHOLDS: Mapping[str, float] = {"zh": 0.975, "en": 0.965}
