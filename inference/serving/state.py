"""Who answers: a small JSON file beside the log, written by the launcher and read by whoever puts metadata into
answers.

vLLM names the class that computes its experts in its log and nowhere else, so the launcher listens for that line.
"""

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

_KERNEL = re.compile(r"Using (\w+Experts)\b")
NO_MIXTURE = "dense"
UNKNOWN = "unknown"


class ServerState(BaseModel):
    """A running server: served name, engine with version, class of the experts' kernel, what the experts are, process
    id.
    """

    model_config = ConfigDict(frozen=True)
    name: str
    engine: str
    kernel: str = UNKNOWN
    experts: str = UNKNOWN
    pid: int


class _Provenance(BaseModel):
    """The part of a converted folder's provenance.json that answers carry."""

    experts: str | None = None


def kernel_named_in(line: str) -> str | None:
    """The experts' class if this log line of vLLM names it ("Using X86CPUUnquantizedExperts MoE backend")."""
    found = _KERNEL.search(line)
    return found.group(1) if found else None


def experts_of(model: Path) -> str:
    """`identical` until trained deltas are loaded, `dense` for no mixture, `unknown` for a folder not from the
    catalogue.
    """
    try:
        record = _Provenance.model_validate_json((model / "provenance.json").read_bytes())
    except (OSError, ValidationError):
        return UNKNOWN
    return record.experts or NO_MIXTURE


def write(path: Path, state: ServerState) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{state.pid}.tmp")
    temporary.write_text(state.model_dump_json() + "\n", encoding="utf-8")
    temporary.replace(path)


def read(path: Path) -> ServerState | None:
    """The state, or None when no server has written one."""
    try:
        return ServerState.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
