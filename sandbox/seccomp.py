"""The filter of system calls, as classic BPF (Linux's seccomp(2)); written here, so that no library is needed.

Refused with EPERM: what reaches into other processes, mounts, keys, the clock, namespaces, io_uring, BPF; sockets
that are not IPv4 or IPv6 (a Unix socket may lead out, netlink and the crypto family are kernel surface); terminals'
input. `clone3` does not exist (its flags lie in memory where a filter cannot look), so the C library falls back to
`clone`, whose flags are checked. Calls of another architecture end the process.
"""

from __future__ import annotations

import errno
import platform
import socket
import struct
from dataclasses import dataclass

from sandbox.errors import SandboxUnavailable
from sandbox.syscalls import TABLES, Table

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL, _ABOVE, _ANY_BIT = 0x15, 0x25, 0x45  # BPF_JMP | BPF_{JEQ,JGT,JSET} | BPF_K
_RETURN = 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24
_NEW_NAMESPACES = 0x7E020000 | 0x00000080  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}, CLONE_NEWTIME
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_EPERM, _ENOSYS = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of classic BPF; jumps are relative to the next."""

    code: int
    value: int
    yes: int = 0
    no: int = 0

    def packed(self) -> bytes:
        """Return struct sock_filter."""
        return struct.pack("=HBBI", self.code, self.yes, self.no, self.value)


def program(machine: str | None = None) -> bytes:
    """Assemble the filter for this processor. Raises SandboxUnavailable for one that is not known."""
    machine = machine or platform.machine()
    table = TABLES.get(machine)
    if table is None:
        raise SandboxUnavailable(f"No system-call filter for {machine}; known: {', '.join(TABLES)}.")
    return b"".join(instruction.packed() for instruction in instructions(table))


def instructions(table: Table) -> list[Instruction]:
    """The filter, call by call."""
    allow, kill = Instruction(_RETURN, _ALLOW), Instruction(_RETURN, _KILL)
    refuse, absent = Instruction(_RETURN, _EPERM), Instruction(_RETURN, _ENOSYS)
    code = [Instruction(_LOAD, _ARCH), Instruction(_EQUAL, table.audit, 1, 0), kill, Instruction(_LOAD, _NR)]
    code += [Instruction(_ABOVE, table.last, 0, 1), absent]  # also the x32 calls, whose numbers begin at 2^30
    for number in sorted(table.denied.values()):
        code += [Instruction(_EQUAL, number, 0, 1), refuse]
    code += [Instruction(_EQUAL, table.clone3, 0, 1), absent]
    families = [Instruction(_EQUAL, socket.AF_INET, 2, 0), Instruction(_EQUAL, socket.AF_INET6, 1, 0), refuse]
    code += _when(table.socket, [Instruction(_LOAD, _ARG0), *families, allow])
    code += _when(table.clone, [Instruction(_LOAD, _ARG0), Instruction(_ANY_BIT, _NEW_NAMESPACES, 0, 1), refuse, allow])
    input_calls = [Instruction(_EQUAL, call, 1 - n, 0 if n == 0 else 1) for n, call in enumerate(_TERMINAL_INPUT)]
    code += _when(table.ioctl, [Instruction(_LOAD, _ARG1), *input_calls, refuse, allow])
    return [*code, allow]


def _when(number: int, body: list[Instruction]) -> list[Instruction]:
    """Run the body, which ends in a return, for one call alone."""
    return [Instruction(_EQUAL, number, 0, len(body)), *body]
