"""What is marked in the source: suspected bugs, laws that were not confirmed, syntax errors."""

from __future__ import annotations

from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from clients.lsp.api import Generated, LeftOut, SuspectedBug
from clients.lsp.problems import Language, Problem, Text
from clients.lsp.session import SOURCE
from clients.lsp.symbols import symbols


def findings(document: TextDocument, made: Generated, language: Language) -> list[lsp.Diagnostic]:
    """Return what a run found out about the code, at the functions it is about: bugs as warnings, the rest as hints."""
    return [
        *(_bug(document, bug, language) for bug in made.suspected_bugs),
        *(_left_out(document, one, language) for one in made.left_out),
    ]


def syntax(document: TextDocument, problem: Problem, language: Language) -> lsp.Diagnostic:
    """Return the mark of a syntax error, from its column to the end of its line."""
    line = max(0, min((problem.line or 1) - 1, len(document.lines) - 1))
    span = _line(document, line)
    start = lsp.Position(line, min(max(0, (problem.column or 1) - 1), span.end.character))
    return lsp.Diagnostic(
        range=lsp.Range(start, span.end), message=problem.told(language), source=SOURCE,
        severity=lsp.DiagnosticSeverity.Error, code="syntax_error",
    )  # fmt: skip


def _bug(document: TextDocument, bug: SuspectedBug, language: Language) -> lsp.Diagnostic:
    text = Text(
        f"{bug.symbol}: {bug.counter_example} gives {bug.observed}, but the contract says: {bug.contract}",
        f"{bug.symbol}：{bug.counter_example} 得到 {bug.observed}，但约定为：{bug.contract}",
    )
    return lsp.Diagnostic(
        range=_symbol(document, bug.symbol), message=text.of(language), severity=lsp.DiagnosticSeverity.Warning,
        source=SOURCE, code="suspected_bug", data=bug.test,
    )  # fmt: skip


def _left_out(document: TextDocument, one: LeftOut, language: Language) -> lsp.Diagnostic:
    """In the person's language where values tell the reason, else in the server's words."""
    text = Text(f"Left out: {one.name}: {one.reason}", f"已舍弃：{one.name}：{one.reason}")
    if one.counter_example:
        text = Text(
            f"Left out: {one.name}. Only a name or a type suggested this law, and it does not hold for "
            f"{one.counter_example}.",
            f"已舍弃：{one.name}。该规律仅由名称或类型推测，对 {one.counter_example} 不成立。",
        )
    return lsp.Diagnostic(
        range=_symbol(document, one.symbol), message=text.of(language), severity=lsp.DiagnosticSeverity.Hint,
        source=SOURCE, code="left_out",
    )  # fmt: skip


def _symbol(document: TextDocument, name: str) -> lsp.Range:
    return _line(document, next((one.line for one in symbols(document.source) if one.name == name), 0))


def _line(document: TextDocument, line: int) -> lsp.Range:
    text = document.lines[line].rstrip("\r\n") if line < len(document.lines) else ""
    units = len(text.encode("utf-16-le")) // 2
    return lsp.Range(lsp.Position(line, len(text) - len(text.lstrip())), lsp.Position(line, units))
