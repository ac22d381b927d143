"""Where a server listens: a socket in a folder of its own, or a loopback port where the path is too long for one."""

from __future__ import annotations

import socket
from pathlib import Path

_LONGEST = 100  # sun_path holds 108 bytes with the final zero, unix(7)


def fits(path: Path) -> bool:
    """Whether a Unix socket may have this path."""
    return len(str(path).encode()) <= _LONGEST


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether somebody listens on that loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
