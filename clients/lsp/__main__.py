"""`python -m clients.lsp`: the language server on standard input and output."""

from __future__ import annotations

import argparse
import logging
import sys

from clients.lsp.server import create
from clients.lsp.settings import HERE, Settings


def main(arguments: list[str] | None = None) -> None:
    """Serve until the editor says exit. What is logged goes to standard error, which editors keep."""
    parser = argparse.ArgumentParser(prog="python -m clients.lsp", description=__doc__)
    parser.add_argument("--endpoint", default=HERE, help="address of the assistant; the editor's settings go before it")
    parser.add_argument("--token-file", default="", help="file with the API key, readable by its owner alone")
    parser.add_argument("--verbose", action="store_true", help="log more to standard error")
    given = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO if given.verbose else logging.WARNING)
    create(Settings(endpoint=given.endpoint, token_file=given.token_file)).start_io()


if __name__ == "__main__":
    main()
