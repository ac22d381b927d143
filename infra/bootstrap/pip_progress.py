"""Turns pip's stream of lines into one bar; everything it says goes to a log."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from pathlib import Path

_STEP = re.compile(r"^\s*(?:Collecting|Processing|Requirement already satisfied:) (?P<what>\S+)")


def follow(command: list[str], log: Path, count: int) -> tuple[int, str]:
    """Run pip over `count` requirements; returns its exit code and last words, chatter left out."""
    words: deque[str] = deque(maxlen=12)
    done = 0
    with (
        log.open("a", encoding="utf-8") as stream,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8") as pip,
    ):
        for line in pip.stdout or ():
            stream.write(line)
            if "is ignored" in line:
                continue
            words.append(line.rstrip())
            if step := _STEP.match(line):
                done += 1
                _bar(done, count, Path(step["what"].split("==")[0]).name)
            elif line.startswith("Installing collected"):
                _bar(count, count, "unpacking / 解包")
    return pip.returncode, "\n    ".join(words)


def _bar(done: int, count: int, name: str) -> None:
    if sys.stdout.isatty():
        filled = 30 * min(done, count) // count
        print(f"\r  [{'#' * filled}{'.' * (30 - filled)}] {done}/{count} {name[:30]:30}", end="", flush=True)
    elif done % 50 == 0:
        print(f"  {done}/{count}", flush=True)
