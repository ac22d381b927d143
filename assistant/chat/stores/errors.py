"""Errors of the stores.

StoreError
└── StoreAway    it does not answer, or cannot keep what it is given; another store may
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of the stores' errors."""


class StoreAway(StoreError):
    """It does not answer, or cannot keep what it is given."""
