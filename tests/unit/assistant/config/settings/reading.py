"""Reads a settings module anew under another environment, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CODE = """
import importlib, json, sys
module = importlib.import_module("assistant.config.settings." + sys.argv[1])
print(json.dumps({name: getattr(module, name) for name in module.__all__}, default=str))
"""


def read(topic: str, folder: Path, **environ: str) -> dict[str, Any]:
    """The settings of `topic` for this environment; DATA_DIR is `folder`."""
    told = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **environ}
    argv = [sys.executable, "-c", CODE, topic]
    done = subprocess.run(argv, env=told, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
