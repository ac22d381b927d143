"""`python -m benchmarks [--json]`: every benchmark, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.server import ROOT

NAMES = ("faq_http", "ask", "ep", "ingest")


def main(arguments: list[str]) -> int:
    """Run them all; returns 1 when one failed, after the others had their turn."""
    failed = [name for name in NAMES if _run(name, arguments) != 0]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str, arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
