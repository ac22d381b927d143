"""Devices: what they read, compute, hold and send."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """One device and its links.

    `read`: bytes a second from memory; `bf16`, `fp8`: FLOP a second of a large matrix product (fp8 None: computed as
    bf16 after widening); `memory`: bytes; `link`, `network`: bytes a second and direction to a device of the same
    node and of another; `devices`: of a node; `source`: where the figures are from.
    """

    name: str
    read: float
    bf16: float
    fp8: float | None
    memory: int
    link: float
    network: float
    devices: int
    source: str

    @property
    def processor(self) -> bool:
        """Whether it is a CPU: its memory is shared with the rest of the assistant."""
        return self.name.startswith("cpu")


_SHEET = "data sheet"
_NVLINK, _RDMA, _PCIE = 155e9, 45e9, 25e9
"""What expert-parallel exchange reaches, as DeepEP published it on H800 (153 to 158 GB/s in a node, 43 to 58 between
nodes); PCIe 4 by its data sheet less a fifth.
"""

MACHINES = (
    Machine("cpu-2-cores-amx", 19.1e9, 0.4e12, None, 23 * GIB, 1e9, 1e9, 1, "measured: docs/figures.md"),
    Machine("cpu-2-cores-avx512", 24e9, 0.385e12, None, 24 * GIB, 1e9, 1e9, 1, "measured: oneDNN, memory read"),
    Machine("cpu-64-cores-12-channels", 350e9, 20e12, None, 384 * GIB, 30e9, 12e9, 2, _SHEET),
    Machine("l4", 0.30e12, 121e12, 242e12, 24 * GIB, _PCIE, 12e9, 4, _SHEET),
    Machine("l40s", 0.86e12, 362e12, 733e12, 48 * GIB, _PCIE, 12e9, 8, _SHEET),
    Machine("a100-80", 2.04e12, 312e12, None, 80 * GIB, _NVLINK, 20e9, 8, _SHEET),
    Machine(
        "h100", 3.35e12, 790e12, 1500e12, 80 * GIB, _NVLINK, _RDMA, 8, f"{_SHEET}; matrix rate as measured on an H200"
    ),
    Machine(
        "h200", 4.3e12, 790e12, 1500e12, 139 * GIB, _NVLINK, _RDMA, 8, "measured copy and bf16 product; fp8 published"
    ),
)
