"""First thing to run inside: takes the limits upon itself, gives up root, and becomes the job's command.

Run as a file by a bare Python (no package is in reach): `stage.py LIMITS COMMAND...`, LIMITS in JSON. It is inside
the mounts, the namespaces and the system-call filter already. Root's limit on processes is never enforced by Linux,
so the uid is given up before the command starts.
"""

from __future__ import annotations

import json
import os
import resource
import sys

_REPORT_FD = 3
_FAILED = 125


def main(arguments: list[str]) -> int:
    """Become the command; return only when that cannot be done."""
    told, command = json.loads(arguments[0]), arguments[1:]
    _keep_report(told["report"])
    for name, value in told["limits"].items():
        _limit(getattr(resource, name), value)
    if told["uid"] is not None:
        os.setgroups([])
        os.setresgid(told["uid"], told["uid"], told["uid"])
        os.setresuid(told["uid"], told["uid"], told["uid"])
    os.umask(0o077)
    try:
        os.execv(command[0], command)  # noqa: S606 - the command is the caller's own list
    except OSError as error:
        sys.stderr.write(f"stage: {command[0]}: {error.strerror}\n")
    return _FAILED


def _keep_report(report: int) -> None:
    if report != _REPORT_FD:
        os.dup2(report, _REPORT_FD)
    os.set_inheritable(_REPORT_FD, True)  # noqa: FBT003 - the standard library's own signature
    os.closerange(_REPORT_FD + 1, 4096)


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (allowed, allowed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
