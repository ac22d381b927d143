"""Curated answers, what their thresholds rest on, and generated answers that are kept: the pages of the admin."""

from assistant.faq.admin import certified, entries, kept

__all__ = ["certified", "entries", "kept"]
