"""Runs mutmut on one module with given tests and reports its own counts."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

REPORT_FD = 3
_COMMAND = [sys.executable, "-B", "-m", "mutmut"]


def main() -> None:
    """Lay out a project in the scratch folder, run, report."""
    plan = json.loads(sys.stdin.read())
    work = Path.cwd() / "work"
    shutil.copytree(plan["sources"], work, copy_function=shutil.copyfile)
    for path in (work, *work.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)  # the box is read-only, and so are its folders
    (work / "tests").mkdir(exist_ok=True)
    for name, text in plan["tests"].items():
        (work / "tests" / name).write_text(text, encoding="utf-8")
    (work / "setup.cfg").write_text(
        configuration(plan["target"], plan["tests"], plan["failing"], work), encoding="utf-8"
    )
    with contextlib.suppress(subprocess.TimeoutExpired):  # what was judged so far is counted
        subprocess.run(
            [*_COMMAND, "run", "--max-children", "2"], cwd=work, timeout=plan["seconds"], check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    subprocess.run([*_COMMAND, "export-cicd-stats"], cwd=work, check=False, capture_output=True)
    stats = work / "mutants" / "mutmut-cicd-stats.json"
    os.write(REPORT_FD, stats.read_bytes() if stats.is_file() else b"{}")


def configuration(target: str, tests: Iterable[str], failing: Sequence[str], work: Path) -> str:
    """Return mutmut's settings: mutate the one file, copy everything else, leave out what fails anyway."""
    listed = sorted(path.name for path in work.iterdir() if path.name not in {"tests", "setup.cfg", target})
    left_out = [f"    --deselect=tests/{file}::{name}" for file in tests for name in failing]
    lines = ["[mutmut]", f"source_paths={target}", "also_copy=", *(f"    {name}" for name in listed)]
    lines += ["pytest_add_cli_args_test_selection=", "    tests/"]
    return "\n".join([*lines, *(["pytest_add_cli_args=", *left_out] if left_out else []), ""])


if __name__ == "__main__":
    main()
