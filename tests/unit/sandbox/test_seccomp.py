"""The filter, run on an interpreter of classic BPF: which calls pass, which are refused."""

from __future__ import annotations

import errno
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import SandboxUnavailable, seccomp
from sandbox.syscalls import TABLES, Table

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
X86 = TABLES["x86_64"]


def verdict(table: Table, number: int, *arguments: int, audit: int | None = None) -> int:
    """Run the filter on one call, as the kernel does (struct seccomp_data, little endian)."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, table.audit if audit is None else audit, 0, *padded)
    code, at, register = seccomp.instructions(table), 0, 0
    while True:
        step = code[at]
        at += 1
        if step.code == 0x20:
            register = struct.unpack_from("<I", data, step.value)[0]
        elif step.code == 0x06:
            return step.value
        else:
            holds = {0x15: register == step.value, 0x25: register > step.value, 0x45: bool(register & step.value)}
            at += step.yes if holds[step.code] else step.no


@pytest.mark.parametrize("machine", TABLES)
def test_every_denied_call_is_refused(machine: str) -> None:
    table = TABLES[machine]
    assert {name: verdict(table, number) for name, number in table.denied.items()} == dict.fromkeys(table.denied, EPERM)


@given(number=st.integers(0, X86.last), argument=st.integers(0, 2**32 - 1))
def test_every_other_call_passes(number: int, argument: int) -> None:
    special = {*X86.denied.values(), X86.socket, X86.clone, X86.clone3, X86.ioctl}
    if number not in special:
        assert verdict(X86, number, argument) == ALLOW


@given(number=st.integers(X86.last + 1, 2**32 - 1))
def test_a_call_that_is_not_known_does_not_exist(number: int) -> None:
    assert verdict(X86, number) == ENOSYS


def test_another_architecture_ends_the_process() -> None:
    assert verdict(X86, 0, audit=0x40000003) == KILL


@pytest.mark.parametrize("machine", TABLES)
@pytest.mark.parametrize("family", range(46))
def test_only_internet_sockets_may_be_made(machine: str, family: int) -> None:
    allowed = family in {socket.AF_INET, socket.AF_INET6}
    assert verdict(TABLES[machine], TABLES[machine].socket, family) == (ALLOW if allowed else EPERM)


@pytest.mark.parametrize("machine", TABLES)
def test_clone_makes_threads_and_processes_but_no_namespace(machine: str) -> None:
    table = TABLES[machine]
    assert verdict(table, table.clone, 17) == ALLOW  # SIGCHLD: fork
    assert verdict(table, table.clone, 0x3D0F00) == ALLOW  # a thread of the C library
    for bit in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(table, table.clone, 17 | bit) == EPERM
    assert verdict(table, table.clone3) == ENOSYS


@pytest.mark.parametrize(("call", "expected"), [(0x5412, EPERM), (0x541C, EPERM), (0x5401, ALLOW), (0x541B, ALLOW)])
def test_nothing_is_typed_into_a_terminal(call: int, expected: int) -> None:
    assert verdict(X86, X86.ioctl, 0, call) == expected


def test_the_program_is_eight_bytes_an_instruction() -> None:
    assert len(seccomp.program("x86_64")) == 8 * len(seccomp.instructions(X86))
    assert len(seccomp.instructions(X86)) < 4096  # the kernel's own limit


def test_an_unknown_processor_is_said() -> None:
    with pytest.raises(SandboxUnavailable, match="mips"):
        seccomp.program("mips")
