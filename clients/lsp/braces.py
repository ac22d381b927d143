"""Test files of Jest and JUnit: the tests in them, a choice of them, and adding them to a file that is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BLANK = re.compile(
    r'/\*[\s\S]*?(?:\*/|$)|//[^\n]*|"""[\s\S]*?(?:"""|$)|"(?:\\[\s\S]|[^"\\\n])*"?|\'(?:\\[\s\S]|[^\'\\\n])*\'?'
    r"|`(?:\\[\s\S]|[^`\\])*`?"
)
_METHOD = re.compile(
    r"^[ \t]*@(?:Test|ParameterizedTest|RepeatedTest)\b[^{;]*?\bvoid\s+(\w+)\s*\([^{;]*\{", re.MULTILINE
)
_CALL = re.compile(r"^[ \t]*(?:test|it)(?:\.each)?\(", re.MULTILINE)
_TITLE = re.compile(r"""\s*("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|`(?:\\[\s\S]|[^`\\])*`)""")
_JAVA_IMPORT = re.compile(r"^import\s+(?:static\s+)?([\w.]+(?:\.\*)?);\n?", re.MULTILINE)
_REQUIRE = re.compile(r"^const \{ ([^}]*) \} = require\(([^)]*)\);", re.MULTILINE)
_IMPORT = re.compile(r"^import \{ ([^}]*) \} from ([^;\n]*);", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A test in a text, `end` excluded; `block` is the title around it, empty in Java."""

    name: str
    start: int
    end: int
    block: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    title: str
    start: int
    end: int
    close: int


def pieces(text: str, language: str) -> list[Piece]:
    """Return the tests of a file under the names that the server gives them."""
    code = blanked(text)
    if language == "java":
        return [Piece(one[1], one.start(), closing(code, one.end() - 1) + 1) for one in _METHOD.finditer(code)]
    return [piece for block in _blocks(text, code) for piece in _calls(text, code, block)]


def merged(existing: str, generated: str, keep: Iterable[str], language: str) -> str:
    """Add the tests named in `keep`; nothing that is there changes.

    The same test is not added twice, another of the same name gets a number.
    """
    chosen = _chosen(generated, set(keep), language)
    if not existing.strip():
        return chosen
    ends = "\r\n" if "\r\n" in existing else "\n"
    text = existing.replace("\r\n", "\n")
    there = {one.name: _plain(text[one.start : one.end]) for one in pieces(text, language)}
    added = False
    for one in pieces(chosen, language):
        code = chosen[one.start : one.end]
        if _plain(code) in there.values():
            continue
        name, code = _free(one, code, there)
        there[name] = _plain(code)
        text = _in_class(text, code) if language == "java" else _in_block(text, one.block, code)
        added = True
    return _with_imports(text, chosen, language).replace("\n", ends) if added else existing


def blanked(text: str) -> str:
    """Blank out comments and the inside of strings; length and lines stay."""
    return _BLANK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def closing(code: str, at: int) -> int:
    """Return the index of the bracket that closes the one at `at`."""
    depth = 0
    for n in range(at, len(code)):
        if code[n] in "([{":
            depth += 1
        elif code[n] in ")]}":
            depth -= 1
            if depth == 0:
                return n
    return len(code) - 1


def title_at(text: str, at: int) -> str:
    """Return the title that a call has as its first argument; empty where it has none."""
    found = _TITLE.match(text, at)
    return "" if found is None else re.sub(r"\\([\"'`\\])", r"\1", found[1][1:-1])


def _blocks(text: str, code: str) -> list[_Block]:
    found = []
    for one in re.finditer(r"^describe\(", code, re.MULTILINE):
        close = closing(code, one.end() - 1)
        end = close + 2 if code[close + 1 : close + 2] == ";" else close + 1
        found.append(_Block(title_at(text, one.end()), one.start(), end, code.rfind("}", 0, close + 1)))
    return found


def _calls(text: str, code: str, block: _Block) -> list[Piece]:
    found: list[Piece] = []
    one = _CALL.search(code, block.start, block.close)
    while one is not None:
        at = one.end() - 1
        close = closing(code, at)
        if code[close + 1 : close + 2] == "(":  # the rows of a table come first
            at, close = close + 1, closing(code, close + 1)
        end = close + 2 if code[close + 1 : close + 2] == ";" else close + 1
        title = title_at(text, at + 1).split(", row %#")[0]
        found.append(Piece(f"{block.title} {title}", one.start(), end, block.title))
        one = _CALL.search(code, end, block.close)
    return found


def _chosen(generated: str, keep: set[str], language: str) -> str:
    gone = [one for one in pieces(generated, language) if one.name not in keep]
    if not gone:
        return generated
    text = _without(generated, [(one.start, one.end) for one in gone])
    if language != "java":
        left = {one.block for one in pieces(text, language)}
        empty = [(one.start, one.end) for one in _blocks(text, blanked(text)) if one.title not in left]
        text = _without(text, empty)
    text = re.sub(r"\n\n(\s*\})", r"\n\1", re.sub(r"\{\n\n", "{\n", re.sub(r"\n{3,}", "\n\n", text)))
    return _pruned(text.rstrip() + "\n", language)


def _without(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(ranges):
        text = text[:start] + text[end:]
    return text


def _plain(code: str) -> str:
    """For comparison: layout, `it` or `test`, and the kind of quotes do not matter."""
    code = re.sub(r"['`]", '"', re.sub(r"^\s*it\b", "test", code))
    return re.sub(r",([\])}])", r"\1", re.sub(r"[\s;]+", "", code))


def _free(one: Piece, code: str, taken: dict[str, str]) -> tuple[str, str]:
    if one.name not in taken:
        return one.name, code
    own, number = one.name.removeprefix(f"{one.block} "), 2
    shape = " ({})" if one.block else "{}"
    while one.name + shape.format(number) in taken:
        number += 1
    more = shape.format(number)
    return one.name + more, code.replace(own, own + more, 1)


def _in_class(text: str, method: str) -> str:
    code = blanked(text)
    close = code.rfind("}")
    unit = re.search(r"^([ \t]+)@Test", code, re.MULTILINE)
    step = unit[1] if unit else "  "
    method = re.sub(r"^ +", lambda spaces: step * (len(spaces[0]) // 2), method, flags=re.MULTILINE)
    return f"{text[:close].rstrip()}\n\n{method}\n{text[close:]}"


def _in_block(text: str, title: str, code: str) -> str:
    if re.search(r"\bit(\.each)?\(", text) and not re.search(r"\btest(\.each)?\(", text):
        code = re.sub(r"^(\s*)test\b", r"\1it", code)
    block = next((one for one in _blocks(text, blanked(text)) if one.title == title), None)
    if block is None:
        shown = title.replace("\\", "\\\\").replace('"', '\\"')
        return f'{text.rstrip()}\n\ndescribe("{shown}", () => {{\n{code}\n}});\n'
    return f"{text[: block.close].rstrip()}\n\n{code}\n{text[block.close :]}"


def _used(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _pruned(text: str, language: str) -> str:
    """Without the imports, or names in them, that nothing uses."""
    if language == "java":
        rest = _JAVA_IMPORT.sub("", text)
        return _JAVA_IMPORT.sub(lambda one: one[0] if _used(rest, one[1].rpartition(".")[2]) else "", text)
    for pattern in (_REQUIRE, _IMPORT):
        rest = pattern.sub("", text)
        text = pattern.sub(lambda one, rest=rest: _narrowed(one, rest), text)  # type: ignore[misc]
    return text


def _narrowed(one: re.Match[str], rest: str) -> str:
    names = [name for name in one[1].split(", ") if _used(rest, name)]
    return one[0].replace(one[1], ", ".join(names), 1) if names else ""


def _with_imports(text: str, chosen: str, language: str) -> str:
    if language == "java":
        have = {one[1] for one in _JAVA_IMPORT.finditer(text)}
        missing = [
            one[0].rstrip()
            for one in _JAVA_IMPORT.finditer(chosen)
            if one[1] not in have and one[1].rpartition(".")[0] + ".*" not in have
        ]
        places = list(_JAVA_IMPORT.finditer(text)) or list(re.finditer(r"^package\s[^;]*;\n", text, re.MULTILINE))
        return _inserted(text, missing, places[-1].end() if places else 0)
    modern = re.search(r"^import\s", text, re.MULTILINE) is not None
    missing = []
    for pattern in (_REQUIRE, _IMPORT):
        for one in pattern.finditer(chosen):
            names = ", ".join(name for name in one[1].split(", ") if not _bound(text, name))
            es = modern or (pattern is _IMPORT and "require(" not in text)
            line = f"import {{ {names} }} from {one[2]};" if es else f"const {{ {names} }} = require({one[2]});"
            missing += [line] if names else []
    places = list(re.finditer(r"^(?:import\s[^;]*?from\s[^;\n]*;?|.*=\s*require\([^)]*\);?)\n", text, re.MULTILINE))
    return _inserted(text, missing, places[-1].end() if places else 0)


def _bound(text: str, name: str) -> bool:
    """Whether a text imports a name."""
    statements = re.findall(r"^(?:import\s[^;]*?from|(?:const|let|var)\s[^;]*?=\s*require)", text, re.MULTILINE)
    return any(_used(one, name) for one in statements)


def _inserted(text: str, lines: list[str], at: int) -> str:
    if not lines:
        return text
    return text[:at] + "\n".join(lines) + ("\n" if at else "\n\n") + text[at:]
