"""`python -m inference.evaluate COMMAND`; `--help` lists them."""

import argparse

from inference.evaluate import confidence, perplexity


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 measured, 1 something named is missing, 2 wrong arguments."""
    parser = argparse.ArgumentParser(prog="python -m inference.evaluate")
    commands = parser.add_subparsers(required=True)
    perplexity.add(commands)
    confidence.add(commands)
    asked = parser.parse_args(arguments)
    return int(asked.run(asked))


if __name__ == "__main__":
    raise SystemExit(main())
