"""What code adds: blocks said to be Python must parse, and the reader learns where they do not."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass

from domains.texts import Saying

_BLOCK = re.compile(
    r"^(?P<fence>`{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n]*\n(?P<code>.*?)(?:^(?P=fence)[ \t]*$|\Z)", re.M | re.S
)
_PYTHON = frozenset({"python", "py", "python3"})
_TRANSCRIPT = re.compile(r"^(?:>>>|\.\.\.|In \[\d+\]:|[%!])", re.MULTILINE)
BROKEN = Saying(
    "Note: Python block {n} does not parse, line {line}: {why}.",
    "提示：第 {n} 个 Python 代码块第 {line} 行有语法错误：{why}。",
)


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Block `n` (from 1, Python blocks only) does not parse at `line` of the block."""

    n: int
    line: int
    why: str


def faults(answer: str) -> list[SyntaxFault]:
    """Parse the Python blocks of a Markdown answer; sessions with prompts and notebook magics are not judged."""
    blocks = [m["code"] for m in _BLOCK.finditer(answer) if m["language"].lower() in _PYTHON]
    checked = ((n, _parse(n, code)) for n, code in enumerate(blocks, 1) if not _TRANSCRIPT.search(code))
    return [fault for _, fault in checked if fault is not None]


def _parse(n: int, code: str) -> SyntaxFault | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a plain string is poor style, not a fault
            ast.parse(textwrap.dedent(code))
    except SyntaxError as error:
        return SyntaxFault(n, error.lineno or 1, error.msg)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nesting beyond the parser
        return SyntaxFault(n, 1, str(error) or type(error).__name__)
    return None
