"""`python -m inference.specialise {train,evaluate,merge}`; `--help` tells of each.

Exit status: 0 done (a domain that did not gain is told, not an error), 1 a `SpecialiseError` (English and Chinese
text) or a file that cannot be used, 2 wrong arguments.
"""

import sys

from inference.specialise import command
from inference.specialise.errors import SpecialiseError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    asked = command.parser().parse_args(arguments)
    try:
        found = asked.run(asked)
    except SpecialiseError as error:
        sys.stderr.write(f"{error}\n{error.chinese}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(command.last_line(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
