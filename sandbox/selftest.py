"""Proof at the start that the sandbox holds on this machine: it works, and six ways out are shut."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from typing import TYPE_CHECKING

from sandbox.errors import SandboxUnavailable
from sandbox.types import Job, Limits, Outcome, python

if TYPE_CHECKING:
    from sandbox.runner import Sandbox

_PROBE = """
import ctypes, json, os, socket, sys, time
def shut(attempt):
    try:
        attempt()
    except (OSError, MemoryError):
        return True
    return False
def forks():
    for _ in range(64):
        if os.fork() == 0:
            time.sleep(5)
found = {
    "root": os.getuid() != 0 or open("/proc/self/uid_map").read().split()[1] != "0",
    "processes": shut(lambda: os.kill(int(sys.argv[1]), 0)),
    "files": not os.path.exists(sys.argv[2]),
    "writes": shut(lambda: open("/escaped", "w")) and shut(lambda: open("/usr/escaped", "w")),
    "network": shut(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 1)),
    "unix": shut(lambda: socket.socket(socket.AF_UNIX)),
    "namespaces": ctypes.CDLL(None).unshare(0x10000000) != 0,
    "memory": shut(lambda: bytearray(1 << 30)),
    "forks": shut(forks),
}
os.write(3, json.dumps(found).encode())
"""
PROBES = ("root", "processes", "files", "writes", "network", "unix", "namespaces", "memory", "forks")


def prove(box: Sandbox) -> dict[str, bool]:
    """Run the probes; return them by name, all true. Raises SandboxUnavailable naming those that got through."""
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.NamedTemporaryFile() as secret:
        arguments = (str(os.getpid()), secret.name, str(listening.getsockname()[1]))
        limits = Limits(wall_s=15.0, address_space=512 * 1024 * 1024, processes=16)
        outcome = box.run(Job(python("-c", _PROBE, *arguments), limits=limits))
    found = _read(outcome)
    open_ways = [name for name in PROBES if not found.get(name)]
    if open_ways:
        raise SandboxUnavailable(f"The sandbox does not hold on this machine; these ways out are open: {open_ways}.")
    return found


def _read(outcome: Outcome) -> dict[str, bool]:
    try:
        told = json.loads(outcome.report)
    except ValueError as error:
        said = outcome.stderr.decode("utf-8", "replace").strip()[-400:]
        raise SandboxUnavailable(
            f"The sandbox's self-test did not run to its end ({outcome.ending}): {said}"
        ) from error
    return {str(name): bool(shut) for name, shut in told.items()}
