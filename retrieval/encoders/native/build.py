"""Compiles `source/encoder.cpp` with the C++ compiler that is there, once for each text of it, flags and compiler."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

from retrieval.encoders.native.errors import NativeUnavailable

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).with_name("source") / "encoder.cpp"
COMPILERS = ("c++", "g++", "clang++")
NEEDS = frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "fma"})
"""What /proc/cpuinfo must say. Matrix tiles (AMX) are asked for when the library is loaded."""
_FLAGS = (
    *("-std=c++17", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno"),
    *("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vnni", "-mfma", "-mamx-tile", "-mamx-int8"),
)
PATIENCE_S = 120.0


def library(cache: Path) -> Path:
    """Return the library under `cache`, built now if it is not there. Raises NativeUnavailable.

    Two processes that build at once do no harm: each builds beside and moves its result into place.
    """
    using = compiler()
    target = cache / f"encoder-{_digest(using)}.so"
    if not target.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                built = Path(folder) / target.name
                _run([using, *_FLAGS, str(SOURCE), "-o", str(built)])
                built.replace(target)
        except OSError as error:
            raise NativeUnavailable(f"nothing can be written to {cache} ({error})") from error
        logger.info("encoder.built library=%s", target)
    return target


def compiler() -> str:
    """Return the path of the C++ compiler. Raises NativeUnavailable."""
    for name in COMPILERS:
        if (found := shutil.which(name)) is not None:
            return found
    raise NativeUnavailable("no C++ compiler was found (Debian: `apt-get install g++`)")


def missing(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """Name the instructions that are needed and that this processor, or its system, does not tell of."""
    try:
        lines = cpuinfo.read_text("utf-8").splitlines()
    except OSError:
        return NEEDS
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return NEEDS - set(flags)


def _digest(using: str) -> str:
    said = subprocess.run([using, "--version"], capture_output=True, check=False).stdout
    told = hashlib.sha256(said.splitlines()[0] if said else b"")
    told.update(repr(_FLAGS).encode() + SOURCE.read_bytes())
    return told.hexdigest()[:20]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        raise NativeUnavailable(f"{command[0]} did not end within {PATIENCE_S:.0f} s") from error
    if done.returncode != 0:
        raise NativeUnavailable(f"{command[0]} refused the encoder's source: {done.stderr[-500:]}")
