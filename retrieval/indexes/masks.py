"""What an index needs to know of a mask of allowed rows, worked out once: a reader's filter comes again and again."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Allowed

_REMEMBERED = 64
_REMEMBERED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mask, looked at: `mask` [rows of the base] as given, without rows that are gone; `count` of them are true.

    `bits` is the given mask, packed, for base and tail; None where every row may be found. `rows` names the allowed
    rows of the base where they are few; `in_lists` [lists] counts those in each list of an inverted file.
    """

    given: Allowed | None
    mask: Allowed
    count: int
    bits: NDArray[np.uint8] | None
    rows: NDArray[np.int64] | None
    in_lists: NDArray[np.int64] | None


class Masks:
    """Prepares masks and remembers those that cannot change (not writeable), until rows come or go. Thread-safe."""

    def __init__(self, few: int, lists: NDArray[np.int32] | None, list_count: int) -> None:
        """`few` rows or less are named; `lists` [rows of the base] says which list each lies in."""
        self._few, self._lists, self._list_count = few, lists, list_count
        self._memo: dict[int, Prepared] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Forget everything: rows came or went."""
        with self._lock:
            self._memo.clear()

    def of(self, given: Allowed | None, alive: Allowed) -> Prepared:
        """Prepare a mask; `alive` [rows of the base] are the rows that are not gone."""
        found = self._memo.get(id(given))
        if found is not None and found.given is given:
            return found
        made = self._prepare(given, alive)
        if given is None or not given.flags.writeable:
            most = max(4, min(_REMEMBERED, _REMEMBERED_BYTES // max(1, 2 * len(alive))))
            with self._lock:
                while len(self._memo) >= most:
                    self._memo.pop(next(iter(self._memo)))
                self._memo[id(given)] = made  # which keeps `given` alive: no other array gets its id meanwhile
        return made

    def _prepare(self, given: Allowed | None, alive: Allowed) -> Prepared:
        mask = alive if given is None else alive & fitted(given, len(alive))
        count = int(np.count_nonzero(mask))
        every = given is None and count == len(mask)
        bits = None if every else np.packbits(_with_tail(mask, given), bitorder="little")
        rows = np.flatnonzero(mask) if count <= self._few else None
        in_lists = None
        if rows is None and self._lists is not None:
            in_lists = np.bincount(self._lists[mask], minlength=self._list_count)
        return Prepared(given, mask, count, bits, rows, in_lists)


def fitted(allowed: Allowed, length: int) -> Allowed:
    """The mask cut or, with rows that are not allowed, filled to a length."""
    if len(allowed) >= length:
        return allowed[:length]
    return np.concatenate([allowed, np.zeros(length - len(allowed), dtype=np.bool_)])


def _with_tail(mask: Allowed, given: Allowed | None) -> Allowed:
    return mask if given is None else np.concatenate([mask, given[len(mask) :]])
