"""Who reads whose files: a child of the sandbox serves one tenant, so that no tenant's file meets another's parser."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from retrieval.ingest import ParseEach
from retrieval.loaders.isolated import IsolatedParser

MOST = 3
"""Tenants whose parsers stay up between files; a parser is a process of some 150 MB."""


class ParserOfEach:
    """A parser for each tenant, made when first needed; of more than `most` the one unused for longest is ended.

    A file that takes its parser over, in spite of its sandbox, sees what its own tenant uploads and nothing else.
    """

    def __init__(self, make: Callable[[], IsolatedParser] = IsolatedParser, most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._held: OrderedDict[str, IsolatedParser] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tenant: str) -> ParseEach:
        """Return what reads this tenant's files."""
        ended: list[IsolatedParser] = []
        with self._lock:
            parser = self._held.pop(tenant, None) or self._make()
            self._held[tenant] = parser
            while len(self._held) > self._most:
                ended.append(self._held.popitem(last=False)[1])
        for one in ended:
            one.close()
        return parser.each

    def close(self) -> None:
        """End them all."""
        with self._lock:
            held, self._held = list(self._held.values()), OrderedDict()
        for parser in held:
            parser.close()
