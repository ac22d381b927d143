"""Becomes a child of the supervisor: ties its life to its parent's, drops root where asked, turns into the program.

Runs as a script of its own (`python -I -S child.py ... -- program arguments`), because what happens between fork and
exec must not run inside a process with threads. Linux: PR_SET_PDEATHSIG, prctl(2); ambient sets, capabilities(7).

PostgreSQL refuses to run as root. A process that drops to an unprivileged user loses the way to a checkout below a
folder that only root may enter; it keeps, where the kernel grants it, the one right to walk through folders
(CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a container withholds the former).
"""

from __future__ import annotations

import argparse
import ctypes
import os
import sys

_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2

_libc = ctypes.CDLL(None, use_errno=True)


def drop_root(uid: int, gid: int, *, keep_passage: bool) -> None:
    """Become `uid`; with `keep_passage` keep the right to walk through folders, if the kernel lets us."""
    os.setgroups([])
    os.setgid(gid)
    _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setuid(uid)
    if keep_passage and not (_keep(_CAP_DAC_READ_SEARCH) or _keep(_CAP_DAC_OVERRIDE)):
        sys.exit(
            "Cannot run PostgreSQL as an unprivileged user in a folder that only root may enter. "
            "Put the checkout and DATA_DIR where every user may enter, or set DATABASE_URL. / "
            "无法以普通用户在仅 root 可进入的目录中运行 PostgreSQL。"
            "请将代码与 DATA_DIR 放到所有用户可进入的目录,或设置 DATABASE_URL。"
        )


def _keep(capability: int) -> bool:
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; then their upper halves
    if _libc.capset(header, sets) != 0:
        return False
    return int(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)) == 0


def main() -> None:
    """Set the process up as told and replace it with the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True, help="sent to the program when the parent is gone")
    parser.add_argument("--nice", type=int, default=0, help="added to the parent's, nice(2)")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--keep-passage", action="store_true")
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    os.nice(asked.nice)
    if asked.uid is not None:
        drop_root(asked.uid, asked.gid, keep_passage=asked.keep_passage)
    # after the change of user, which would clear it
    _libc.prctl(_PR_SET_PDEATHSIG, asked.signal, 0, 0, 0)
    if os.getppid() != asked.parent:
        sys.exit("the supervisor is gone")
    os.execv(asked.program[0], asked.program)  # noqa: S606 - the program and its arguments come from the supervisor


if __name__ == "__main__":
    main()
