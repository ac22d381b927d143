"""What a sentence expects, as a test in Java can state it: in the type that the method gives, or not at all."""

from __future__ import annotations

import re

from domains.codegen.engine.trees import text
from domains.codegen.helping.literals import quoted
from domains.codegen.java.reading import Source

_WHOLE = {"int", "Integer", "short", "Short", "byte", "Byte", "long", "Long"}
_REAL = {"double": "", "Double": "", "float": "f", "Float": "f"}
_LANG = {
    "ArithmeticException", "ArrayIndexOutOfBoundsException", "ArrayStoreException", "ClassCastException",
    "IllegalArgumentException", "IllegalStateException", "IndexOutOfBoundsException", "NegativeArraySizeException",
    "NullPointerException", "NumberFormatException", "RuntimeException", "StringIndexOutOfBoundsException",
    "UnsupportedOperationException",
}  # fmt: skip


def expected_value(value: object, kind: str) -> str | None:
    """Write a value in a method's type; None where that has no such value, or is no plain type."""
    if kind in _WHOLE or kind in _REAL:
        return _number(value, kind)
    if kind in {"boolean", "Boolean"}:
        return str(value).lower() if isinstance(value, bool) else None
    if kind in {"char", "Character"}:
        return f"'{_sign(value)}'" if isinstance(value, str) and len(value) == 1 else None
    if kind == "String":
        return "null" if value is None else quoted(value) if isinstance(value, str) else None
    array, listed = re.fullmatch(r"(\w+)\[\]", kind), re.fullmatch(r"List<(\w+)>", kind)
    found = array or listed
    if found is None or not isinstance(value, list):
        return None
    items = [expected_value(one, found[1]) for one in value]
    if None in items or "null" in items:
        return None
    inner = ", ".join(str(one) for one in items)
    return f"new {found[1]}[] {{{inner}}}" if array else f"List.of({inner})"


def _number(value: object, kind: str) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if kind in _REAL:
        return f"{float(value)!r}{_REAL[kind]}"
    return f"{int(value)}{'L' if kind in {'long', 'Long'} else ''}" if value == int(value) else None


def _sign(value: str) -> str:
    return "\\'" if value == "'" else '"' if value == '"' else quoted(value)[1:-1]


def expected_error(name: str, source: Source) -> str | None:
    """Return an exception's name as a test beside the file can write it; None where it would not know it."""
    if name in _LANG or any(one.rpartition(".")[2] == name for one in source.classes):
        return name
    imports = [text(node) for node in source.root.named_children if node.type == "import_declaration"]
    full = (re.fullmatch(rf"import\s+([\w.]+\.{re.escape(name)})\s*;", one) for one in imports)
    return next((found[1] for found in full if found is not None), None)
