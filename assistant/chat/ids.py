"""Random UUIDs (RFC 9562, version 4) without a system call each: entropy is drawn from the kernel for 256 at a time.

A question takes two; at a thousand questions a second the calls were a tenth of its cost.
"""

from __future__ import annotations

import os

_STOCK = 256
_bytes = bytearray()


def fresh() -> str:
    """Return a UUID that nobody can guess."""
    if len(_bytes) < 16:
        _bytes[:] = os.urandom(16 * _STOCK)
    number = int.from_bytes(_bytes[-16:])
    del _bytes[-16:]
    number = number & ~(0xF000 << 64) | (4 << 76)  # version
    number = number & ~(0xC000 << 48) | (0x8000 << 48)  # variant
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


os.register_at_fork(after_in_child=_bytes.clear)  # a child must not draw its parent's numbers again
