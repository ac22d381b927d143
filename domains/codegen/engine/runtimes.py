"""What a runtime with a compiler of its own may use in the sandbox: one JVM, or one Node.js with Jest."""

from __future__ import annotations

from sandbox import MIB, Limits


def limits(wall_s: float) -> Limits:
    """Return the limits of a run of `wall_s` seconds. Both runtimes reserve far more addresses than they touch."""
    return Limits(
        wall_s=wall_s, cpu_s=int(wall_s) * 2, address_space=None, memory=1024 * MIB, processes=64, output=16 * MIB,
        open_files=1024,
    )  # fmt: skip
