"""Steps of a first start: children that run once. What was done is remembered, so a second start skips them."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path

from assistant.config.supervisor import process
from assistant.config.supervisor.errors import StartFailed
from assistant.config.supervisor.process import Spec


class Done:
    """Fingerprints of steps that have succeeded, kept in `DATA_DIR/steps.json`."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "steps.json"
        self._fingerprints: dict[str, str] = {}
        if self._path.exists():
            self._fingerprints = json.loads(self._path.read_text(encoding="utf-8"))

    def has(self, step: str, fingerprint: str) -> bool:
        """Whether the step succeeded for the same fingerprint."""
        return self._fingerprints.get(step) == fingerprint

    def add(self, step: str, fingerprint: str) -> None:
        """Remember a success."""
        self._fingerprints[step] = fingerprint
        self._save()

    def forget(self, step: str) -> None:
        """Have the step run again, whatever its fingerprint."""
        if self._fingerprints.pop(step, None):
            self._save()

    def _save(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps(self._fingerprints, indent=1), encoding="utf-8")
        draft.replace(self._path)


async def run(spec: Spec) -> str:
    """Run a child to its end; returns the last line of its standard output. Raises StartFailed with its last lines."""
    with tempfile.TemporaryFile() as output:
        child = process.launch(spec, stdout=output)
        try:
            while child.poll() is None:  # noqa: ASYNC110 - there is no event: the kernel ends the child
                await asyncio.sleep(0.05)
        finally:
            process.ask_to_stop(child, spec)
            process.finish(child, time.monotonic() + spec.stop_seconds)
        output.seek(0)
        said = output.read().decode("utf-8", "replace").rstrip()
    if child.returncode != 0:
        raise StartFailed(
            f"{spec.name} failed (code {child.returncode}); the end of {spec.log}:\n"
            f"{process.last_lines(spec.log)}\n{said}\n{spec.name} 失败,日志见上。"
        )
    return said.rpartition("\n")[2]
