"""What documentation says in plain sentences, and whether a sentence really says what a model read in it.

The model never sees the code here: shown a wrong program it would read the documentation as if the program were right.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from domains.codegen.engine.inside.scenarios import Scenario, Seen
from domains.codegen.engine.naming import spelled
from domains.codegen.helping import calls
from domains.codegen.helping.calls import Callables

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n\s*\n|\n\s*(?=[-*•])|(?<=[。！？])")
_EXAMPLE = re.compile(r"^\s*>>>.*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)
_TELLING = re.compile(
    r"\d|\b(?:zero|one|two|three|ten|hundred|empty|blank|none|true|false|negative|unchanged|same|as is|raises?|"
    r"itself)\b|空|零|负|不变|原样|真|假|抛出",
    re.IGNORECASE,
)
_SHORTEST = 6
_MOST = 1_200
_WORDS = {word: n for n in range(13) if (word := spelled(n))} | {"hundred": 100, "thousand": 1000, "零": 0}
_SAME = re.compile(r"\b(?:unchanged|same|as is|as it is|itself|keeps?|not changed)\b|不变|原样", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prose:
    """Sentences about a symbol that could be held, and how it is called."""

    symbol: str
    signature: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, bounded."""
        return "\n".join(self.sentences)[:_MOST]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says of a call: the value's source, or an exception's name in `raises`."""

    scenario: Scenario
    quote: str
    value: str
    raises: str

    @property
    def expected(self) -> Seen:
        """Write it as what would be seen."""
        if self.raises:
            return Seen("raises", self.raises)
        return Seen("value", self.value, type(ast.literal_eval(self.value)).__name__)

    def met(self, seen: Seen) -> bool:
        """Whether what was seen is what the sentence says."""
        if self.raises:
            return seen.kind == "raises" and seen.text.split(".")[-1] == self.raises
        return seen.kind in {"value", "iterator"} and _equal(seen.text, self.value)


def told(tree: ast.Module, source: str) -> list[Prose]:
    """Read a module's functions and methods: docstrings without their examples, and comments."""
    comments = _comments(source)
    found = []
    for symbol, node, owner in _functions(tree):
        doc = _EXAMPLE.sub("", ast.get_docstring(node) or "")
        near = [text for line, text in comments.items() if _first(node) - 2 < line <= (node.end_lineno or 0)]
        said = [*_SENTENCE.split(doc), *near]
        sentences = tuple(" ".join(one.split()) for one in said if len(one) >= _SHORTEST and _TELLING.search(one))
        if sentences:
            found.append(Prose(symbol, _signature(symbol, node, owner), sentences))
    return found


def claim(prose: Prose, quote: str, call: str, expected: str, known: Callables) -> Claim | None:
    """Read one example of the model; None where the sentence does not bear it, or it is no plain call."""
    quote = " ".join(quote.split()).strip("“” ")
    scenario = calls.read(call, known)
    bare = expected.strip().removeprefix("raises ").strip()
    raising = expected.strip().startswith("raises ") or bool(re.fullmatch(r"\w+(?:Error|Exception)", bare))
    value = "" if raising else calls.literal(expected) or ""
    if scenario is None or scenario.symbol != prose.symbol or not (raising or value):
        return None
    if len(quote) < _SHORTEST or quote.casefold() not in prose.text.casefold():
        return None
    given = [text for step in scenario.steps for _, text in step.arguments]
    if not any(_says(quote, text) for text in given):
        return None
    if raising:
        return Claim(scenario, quote, "", bare) if re.search(rf"\b{re.escape(bare)}\b", quote) else None
    returned = any(_equal(text, value) for text in given)
    said = bool(_SAME.search(quote)) if returned else _says(quote, value)
    return Claim(scenario, quote, value, "") if said else None


def _says(quote: str, text: str) -> bool:
    """Whether a sentence speaks of a value: its number, its text, that it is empty, none, true, false, or negative."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    low = quote.casefold()
    if value is None or isinstance(value, bool):
        return re.search(rf"\b{str(value).casefold()}\b", low) is not None
    if isinstance(value, int | float):
        return _says_number(low, float(value))
    if isinstance(value, str) and value.strip():
        return value in quote and (len(value) > 2 or f"'{value}'" in quote or f'"{value}"' in quote)
    if not value or (isinstance(value, str) and not value.strip()):
        return re.search(r"\b(?:empty|blank)\b|空", low) is not None
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
    return all(_says(quote, repr(item)) for item in items)


def _says_number(low: str, value: float) -> bool:
    said = {float(found) for found in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", low)}
    said |= {float(n) for word, n in _WORDS.items() if re.search(rf"\b{word}\b", low) or (word == "零" and word in low)}
    return value in said or (value < 0 and re.search(r"\bnegative\b|负", low) is not None)


def _equal(one: str, other: str) -> bool:
    try:
        left, right = ast.literal_eval(one), ast.literal_eval(other)
    except (ValueError, SyntaxError):
        return one == other
    if isinstance(left, float) and isinstance(right, float | int) and not isinstance(right, bool):
        return abs(left - right) <= 1e-9 * max(1.0, abs(left))
    return bool(left == right)


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef, ast.ClassDef | None]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node, None
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{m.name}", m, node) for m in node.body if isinstance(m, ast.FunctionDef))


def _first(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _signature(symbol: str, node: ast.FunctionDef, owner: ast.ClassDef | None) -> str:
    """Say how it is called; for a method also how its object is made."""
    plain = f"def {node.name}({ast.unparse(node.args)})" + (f" -> {ast.unparse(node.returns)}" if node.returns else "")
    if owner is None:
        return plain
    made = next((m for m in owner.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None)
    given = ast.unparse(made.args) if made is not None else "self"
    return f"class {owner.name}({given})\n{plain}   # called as {owner.name}(...).{symbol.split('.')[1]}(...)"


def _comments(source: str) -> dict[int, str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
