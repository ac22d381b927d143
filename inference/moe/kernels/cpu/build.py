"""Builds the kernel with the C++ compiler that is there, once: the library's name is a digest of sources, flags and
compiler, so a second start finds it, and a changed line never meets an old binary.

Each source is compiled for the instructions it is written for; which of them run is decided by the processor when the
library is loaded, so one library serves every machine of its architecture.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from inference.moe.errors import BuildFailed, NoCompiler

COMPILERS = ("c++", "g++", "clang++")
SOURCES = Path(__file__).with_name("source")

_COMMON = ("-std=c++17", "-O3", "-fPIC", "-fopenmp", "-fno-math-errno", "-fvisibility=hidden")
_AVX512 = ("-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vnni", "-mfma", "-mf16c")
_UNITS: dict[str, tuple[str, ...]] = {
    "driver": (),
    "decoder": (),
    "choice": (),
    "pack": (),
    "norm": (),
    "portable": (),
}
_X86_UNITS: dict[str, tuple[str, ...]] = {"avx2": ("-mavx2", "-mfma"), "avx512": _AVX512}


def compiler() -> str:
    """Path of the C++ compiler. Raises `NoCompiler`."""
    for name in COMPILERS:
        found = shutil.which(name)
        if found:
            return found
    raise NoCompiler(COMPILERS)


def library(cache: Path) -> Path:
    """The built library under `cache`, built now if it is not there.

    Two processes that build at once do no harm: each builds beside and moves its result into place.

    Raises:
        NoCompiler: nothing to build with.
        BuildFailed: the compiler refused.
    """
    using = compiler()
    target = cache / _digest(using) / "libhouse_experts.so"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            built = _build(using, Path(folder))
            built.replace(target)
    return target


def default_cache(models: Path) -> Path:
    """Where kernels lie: beside the folder `models` in the same cache."""
    return models.parent / "kernels"


def _units() -> dict[str, tuple[str, ...]]:
    x86 = platform.machine() in {"x86_64", "AMD64"}
    return {**_UNITS, **(_X86_UNITS if x86 else {})}


def _digest(using: str) -> str:
    said = subprocess.run([using, "--version"], capture_output=True, check=False).stdout
    digest = hashlib.sha256(said.splitlines()[0] if said else b"")
    digest.update(repr((platform.machine(), _COMMON, _units())).encode())
    for source in sorted(SOURCES.iterdir()):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:20]


def _build(using: str, folder: Path) -> Path:
    commands = [
        [using, *_COMMON, *flags, "-c", str(SOURCES / f"{name}.cpp"), "-o", str(folder / f"{name}.o")]
        for name, flags in _units().items()
    ]
    running = [(one, subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)) for one in commands]
    for command, process in running:
        _check(command, process)
    built = folder / "library.so"
    link = [using, "-shared", "-fopenmp", *(str(folder / f"{name}.o") for name in _units()), "-o", str(built)]
    _check(link, subprocess.Popen(link, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    return built


def _check(command: list[str], process: subprocess.Popen[bytes]) -> None:
    said, _ = process.communicate()
    if process.returncode != 0:
        raise BuildFailed(command, said.decode(errors="replace")[-2000:])
