"""`python -m sandbox`: say whether untrusted work can be run safely here, and why not."""

from __future__ import annotations

import sys

from sandbox import Sandbox, SandboxUnavailable
from sandbox.selftest import prove


def main() -> int:
    """Run the self-test; exit status 1 when the sandbox does not hold."""
    try:
        found = prove(Sandbox())
    except SandboxUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The sandbox holds: {', '.join(found)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
