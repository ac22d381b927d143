"""Laws that documentation states: one function undoes another, changes nothing twice, takes arguments in any order.

Only plain sentences count. What is qualified ("sorted by length", "not idempotent", "usually the inverse") is left
alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

_NAMED = r" (?:the )?(?:function |method )?[:`]*(?:func:|meth:)?`*(?P<other>[A-Za-z_][\w.]*)"
_INVERSE = re.compile(
    r"\b(?:(?:the |an )?(?:exact )?(?:inverse|opposite|reverse) (?:function )?(?:of|to)|undoes|reverses what"
    r"|round[- ]?trips (?:with|through))" + _NAMED,
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"\b(?:same (?:result|results|value|answer|output)s? as|equivalent to|agrees with"
    r"|(?:faster|slower|reference|naive) (?:version|implementation|variant) of)" + _NAMED,
    re.IGNORECASE,
)
_ALONE = {
    "idempotent": re.compile(r"\bidempotent\b|\bapplying it (?:twice|again) (?:changes|does) nothing\b", re.IGNORECASE),
    "commutative": re.compile(
        r"\bcommutative\b|\bsymmetric(?:al)? in (?:its|both|the) arguments\b"
        r"|\border of (?:its|the|both) (?:two )?arguments does(?: not|n't) matter\b",
        re.IGNORECASE,
    ),
    "sorted": re.compile(
        r"\breturns?\b[^.\n]*\b(?:sorted (?:list|copy)|in (?:ascending|increasing) order|sorted ascending)\b"
        r"(?! (?:by|of|on|using|according|in))",
        re.IGNORECASE,
    ),
}
_QUALIFIED = re.compile(
    r"\b(?:not|isn't|never|almost|mostly|usually|roughly|except|unless|approximately|nearly|only if|if and only|may"
    r"|might)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A law that a docstring states of `symbol` (and `other`); `said` is the sentence."""

    kind: str
    symbol: str
    other: str
    said: str

    def fields(self) -> dict[str, str]:
        """Return it as the sandbox takes it."""
        return asdict(self)


def claims(tree: ast.Module) -> list[Claim]:
    """Read a module's docstrings."""
    return [claim for symbol, text in _documented(tree) for claim in _of(symbol, text, _symbols(tree))]


def _of(symbol: str, docstring: str, symbols: set[str]) -> Iterator[Claim]:
    for sentence in _sentences(docstring):
        if _QUALIFIED.search(sentence.replace("does not matter", "").replace("doesn't matter", "")):
            continue
        for kind, pattern in (("inverse", _INVERSE), ("agrees", _AGREES)):
            found = pattern.search(sentence)
            other = _meant(found["other"], symbol, symbols) if found else ""
            if other:
                yield Claim(kind, symbol, other, sentence)
        yield from (Claim(kind, symbol, "", sentence) for kind, pattern in _ALONE.items() if pattern.search(sentence))


def _meant(name: str, symbol: str, symbols: set[str]) -> str:
    """Return the symbol that a name in prose stands for: of the same class, or of the module."""
    owner = symbol.rpartition(".")[0]
    candidates = (f"{owner}.{name}" if owner else name, name.rstrip("."), name.rstrip(".").rpartition(".")[2])
    return next((found for found in candidates if found in symbols and found != symbol), "")


def _sentences(docstring: str) -> list[str]:
    prose = re.split(r"^\s*>>>", docstring, maxsplit=1, flags=re.MULTILINE)[0]
    return [" ".join(part.split()) for part in re.split(r"(?<=[.;])\s+|\n\s*\n", prose) if part.strip()]


def _documented(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef):
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            yield from ((f"{node.name}.{inner.name}", ast.get_docstring(inner) or "") for inner in methods)


def _symbols(tree: ast.Module) -> set[str]:
    return {symbol for symbol, _ in _documented(tree)}
