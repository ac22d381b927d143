"""Results of a long evaluation, kept as they come, so that a run that was ended goes on where it stopped.

A file of lines of JSON. Ours counts for the options and the very engine that gave it: after a change of the engine it
is measured again. A peer's suite counts for its version and seconds of search, whatever our engine does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from domains.codegen.engine.types import Options
from domains.codegen.evaluation.corpus import Subject
from domains.codegen.evaluation.measure import Measured, measure
from domains.codegen.evaluation.peers import Judged
from sandbox import Sandbox

_MEASURED, _JUDGED = TypeAdapter(Measured), TypeAdapter(Judged)
_T = TypeVar("_T")
_CODEGEN = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What a peer wrote, as it was judged; `failed` says why there was nothing to judge."""

    judged: Judged
    failed: str = ""


@cache
def engine() -> str:
    """Return a fingerprint of the generator's source."""
    written = (path for path in sorted(_CODEGEN.rglob("*")) if path.suffix in {".py", ".cjs", ".java"})
    files = [path for path in written if "evaluation" not in path.parts]
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


class Kept:
    """Rows of a file by program and by what they were made with. Without a file nothing is kept."""

    def __init__(self, path: Path | None, options: Options) -> None:
        self._path = path
        self._ours = f"{engine()} {options.budget_s} {options.seed}"
        self._rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        if path is not None and path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._read(line)

    def measure(self, box: Sandbox, subject: Subject, options: Options) -> Measured:
        """Return what this engine with these options gave for a program; measure it when that is not known."""
        row = _valid(_MEASURED, self._rows.get(("measured", subject.name, self._ours)))
        if row is None:
            row = measure(box, subject, options)
            self._write("measured", subject.name, self._ours, _MEASURED.dump_python(row, mode="json"))
        return row

    def judged(self, name: str) -> Judged | None:
        """Return how another judged that."""
        return _valid(_JUDGED, self._rows.get(("judged", name, self._ours)))

    def theirs(self, name: str, peer: str) -> Theirs | None:
        """Return a peer's figures; `peer` names it, its version and its time."""
        row = self._rows.get(("theirs", name, peer))
        found = _valid(_JUDGED, row)
        return None if found is None or row is None else Theirs(found, str(row["failed"]))

    def keep_judged(self, name: str, judged: Judged) -> None:
        """Keep how another judged what was measured."""
        self._write("judged", name, self._ours, _JUDGED.dump_python(judged, mode="json"))

    def keep_theirs(self, name: str, peer: str, theirs: Theirs) -> None:
        """Keep a peer's figures."""
        told = _JUDGED.dump_python(theirs.judged, mode="json")
        self._write("theirs", name, peer, {**told, "failed": theirs.failed})

    def _write(self, kind: str, name: str, key: str, row: dict[str, Any]) -> None:
        self._rows[kind, name, key] = row
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"kind": kind, "name": name, "key": key, "row": row}) + "\n")

    def _read(self, line: str) -> None:
        try:
            told = json.loads(line)
            self._rows[told["kind"], told["name"], told["key"]] = dict(told["row"])
        except (ValueError, KeyError, TypeError):  # the run was ended in the middle of it
            return


def _valid(kind: TypeAdapter[_T], row: dict[str, Any] | None) -> _T | None:
    try:
        return None if row is None else kind.validate_python(row)
    except ValidationError:
        return None
