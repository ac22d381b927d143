"""One script out of the client's modules: no build tool, no Node on the machine that serves it.

The modules keep to a simple form (imports on one line from a sibling, `export` before a declaration), so joining them
is dropping those words, in the order of their imports, inside one function. Tests run the modules themselves.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CLIENT = Path(__file__).parent / "client"
ENTRY = "main.mjs"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<module>[\w.-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|class|const|let)", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^\s*//.*\n", re.MULTILINE)
_COMMENT_END = re.compile(r"(?<=[;{,)]) // [^\n\"`]*$", re.MULTILINE)
_STYLES = re.compile(r"`\n(?P<css>:host \{.*?)`", re.DOTALL)
_CSS_SPACE = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+|\n")
_CSS_LAST = re.compile(r";(?=\})")
_STRING = re.compile(r'("(?:[^"\\]|\\.)*"|`[^`]*`)')
_SPACE = re.compile(r" ?(=>|[!=]==?|&&|\|\||[-+]=|[=?:{}(),;<>+*]) ?| (-) (?!-)")
_CONST = re.compile(r"\bconst (?=[\w{\[])")
_ONE_PARAMETER = re.compile(r"\((\w+)\)=>")
_EMPTY_BODY = re.compile(r"\}?\s*(?:for|while|if|else)\b.*\);$")
_LINE_END = re.compile(r"(?<=[;{},(\[])\n|\n(?=[})\].?:])")
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w{5,})", re.MULTILINE)
_METHOD = re.compile(r"^  (?:async )?\*?(\w{5,})\([^()]*\) \{$", re.MULTILINE)
_CALLED_BY_BROWSER = frozenset({"connectedCallback"})
_MARGIN = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The script: its bytes, the same bytes gzipped, its `integrity` attribute and an entity tag."""

    body: bytes
    gzipped: bytes
    integrity: str
    etag: str


def modules(entry: str = ENTRY, folder: Path = CLIENT) -> list[str]:
    """Return the file names in an order in which each comes after those that it imports.

    Raises ValueError when modules import each other in a circle.
    """
    order: list[str] = []
    open_ones: list[str] = []

    def visit(name: str) -> None:
        if name in order:
            return
        if name in open_ones:
            raise ValueError(f"the client's modules import each other: {' -> '.join([*open_ones, name])}")
        open_ones.append(name)
        for found in _IMPORT.finditer((folder / name).read_text("utf-8")):
            visit(found["module"])
        open_ones.pop()
        order.append(name)

    visit(entry)
    return order


def plain(source: str) -> str:
    """Return a module's text without imports, export words, whole-line comments and margins."""
    source = _EXPORT.sub("", _IMPORT.sub("", source))
    source = _COMMENT_END.sub("", _COMMENT_LINE.sub("", source))
    source = _STYLES.sub(lambda found: "`" + _CSS_LAST.sub("", _CSS_SPACE.sub(r"\1", found["css"])) + "`", source)
    lines = _MARGIN.sub("", source).split("\n")
    return "\n".join(_squeezed(line) for line in lines if line)


def _squeezed(line: str) -> str:
    """Drop spaces around operators; texts and templates stay as they are, as does all from a division or pattern on."""
    if line.count("`") % 2:
        return line
    if "/" in _STRING.sub("", line):
        start, slash, rest = line.partition("/")
        return (start if set(start) & {'"', "`"} else _code(start)) + slash + rest
    return "".join(part if part[:1] in {'"', "`"} else _code(part) for part in _STRING.split(line))


def _code(part: str) -> str:
    """Shorten what is no text: `let` does for `const` once the tests have run, and one parameter needs no brackets."""
    return _ONE_PARAMETER.sub(r"\1=>", _SPACE.sub(r"\1\2", _CONST.sub("let ", part)))


def _unended(lines: list[str]) -> list[str]:
    """Leave out the semicolon before a closing brace, but not where it is the whole body of a loop or condition."""
    following = [*lines[1:], ""]
    return [
        line[:-1] if line.endswith(";") and after.startswith("}") and not _EMPTY_BODY.match(line) else line
        for line, after in zip(lines, following, strict=True)
    ]


def join(entry: str = ENTRY, folder: Path = CLIENT) -> str:
    """Return the whole script as text."""
    sources = [(folder / name).read_text("utf-8") for name in modules(entry, folder)]
    lines = "\n".join(map(plain, sources)).split("\n")
    texts = " ".join(text for line in lines for text in _texts(line))
    parts = _LINE_END.sub("", "\n".join(_unended(lines)))
    declared = [name for pattern in (_DECLARED, _METHOD) for source in sources for name in pattern.findall(source)]
    return f'(() => {{"use strict";\n{shortened(parts, dict.fromkeys(declared), texts)}\n}})();\n'


def _texts(line: str) -> list[str]:
    """Return the texts in a line; all of it where it cannot be told (a pattern with a back quote)."""
    return [line] if line.count("`") % 2 else _STRING.findall(line)


def shortened(script: str, declared: Iterable[str], texts: str) -> str:
    """Give the modules' own constants, classes, functions and methods short names.

    Only where a name can be nothing else: not a plain small word, in none of `texts`, and no key of an object.
    """
    numbers = itertools.count()
    for name in declared:
        word = re.compile(rf"\b{name}\b")
        key = re.compile(rf"\b{name}\s*:")
        if name.islower() or name in _CALLED_BY_BROWSER or word.search(texts) or key.search(script):
            continue
        script = word.sub(f"${next(numbers):x}", script)
    return script


@lru_cache(maxsize=1)
def bundle() -> Bundle:
    """Return the script that this process serves; made once."""
    body = join().encode()
    digest = hashlib.sha384(body).digest()
    return Bundle(
        body=body,
        gzipped=gzip.compress(body, 9, mtime=0),
        integrity=f"sha384-{base64.b64encode(digest).decode()}",
        etag=f'"{digest.hex()[:32]}"',
    )
