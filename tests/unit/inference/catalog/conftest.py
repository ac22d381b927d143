"""A catalogue in miniature: wheels made on the spot, pip pointed to them, and a converter that counts its runs."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from inference.catalog import registry
from inference.catalog.types import Artefact, Entry, Footprint, Options, Source, WheelPart, WheelSource

CONVERTER = """
import os, shutil, time
def convert(source, target, options, progress):
    runs = source.parents[2] / "runs"
    runs.mkdir(exist_ok=True)
    (runs / f"{os.getpid()}-{time.monotonic_ns()}").touch()
    shutil.copy(source, target / "model.safetensors")
    (target / "config.json").write_text("{}")
    progress(source.stat().st_size)
    time.sleep(float(os.environ.get("CONVERTER_SECONDS", "0")))
    if os.environ.get("CONVERTER_FAILS"):
        raise RuntimeError("as asked")
"""


@dataclass(frozen=True)
class Wheelhouse:
    """A folder of wheels; `index` is what pip sees."""

    index: Path

    def add(self, distribution: str, version: str, members: dict[str, bytes]) -> Path:
        """Write a pure wheel that pip accepts."""
        package = distribution.replace("-", "_")
        path = self.index / f"{package}-{version}-py3-none-any.whl"
        info = f"{package}-{version}.dist-info"
        metadata = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**members, **metadata}.items():
                archive.writestr(name, content)
        return path

    def add_parts(self, parts: list[bytes], prefix: str = "tiny-part") -> WheelSource:
        """One wheel a part, each with code that must never run."""
        for number, content in enumerate(parts, 1):
            members = {
                f"tiny_part{number}/__init__.py": b"raise SystemExit('imported')",
                f"tiny_part{number}/data/part{number:02d}.bin": content,
            }
            self.add(f"{prefix}{number}", "1.0", members)
        return WheelSource(
            tuple(WheelPart(f"{prefix}{n}", "1.0", "*/data/part*.bin") for n in range(1, len(parts) + 1))
        )

    def clear(self) -> None:
        """Take every wheel off the index."""
        for wheel in self.index.glob("*.whl"):
            wheel.unlink()


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheelhouse:
    """pip sees this folder and nothing else."""
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return Wheelhouse(index)


MakeEntry = Callable[..., Entry]


@pytest.fixture
def make_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeEntry:
    """An entry over given bytes and sources, put into the catalogue under the name `tiny`, as its only one."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "counting_converter.py").write_text(CONVERTER)
    monkeypatch.syspath_prepend(modules)

    def make(content: bytes, *sources: Source, sha256: str | None = None, defaults: Options | None = None) -> Entry:
        made = Entry(
            name="tiny",
            kind="generator" if defaults else "encoder",
            title="a few bytes",
            licence="MIT",
            languages=("en",),
            upstream="nobody/tiny",
            artefact=Artefact("tiny.bin", len(content), sha256 or hashlib.sha256(content).hexdigest(), sources),
            converter="counting_converter:convert",
            converter_revision=1,
            footprint=Footprint(len(content), 0),
            defaults=defaults,
        )
        monkeypatch.setattr(registry, "_ENTRIES", (made,))
        return made

    return make
