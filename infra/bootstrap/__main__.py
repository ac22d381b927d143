"""`python3 -m infra.bootstrap run|test|install`: from a bare Python to a running assistant, or to its tests.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import os
import sys

from infra.bootstrap import checks, install, node_packages, system_packages


def main(arguments: list[str]) -> int:
    """Do what was asked; on a problem print it with what to do, and return 1."""
    if arguments not in (["run"], ["test"], ["install"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return prepare(arguments[0])
    except (checks.Problem, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def prepare(asked: str) -> int:
    """Check, install, and for a run become the supervisor. Raises Problem, BadEnvironment."""
    checks.python_version()
    from assistant.config import env  # its syntax is that of the Python just checked

    settings = env.load()
    wanted = install.environment(settings, tests=asked == "test")
    if asked == "run":
        checks.before_start(settings, installed=wanted.is_done())
    install.install(wanted)
    if asked == "test":
        system_packages.ensure(ci=settings.ci)
        node_packages.ensure(ci=settings.ci)
    if asked == "run":
        os.chdir(install.CHECKOUT)
        command = [str(wanted.python), "-m", "assistant.config.supervisor"]
        os.execve(wanted.python, command, env.for_child())  # noqa: S606
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
