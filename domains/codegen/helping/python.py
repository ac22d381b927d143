"""Python, for the model's help."""

from __future__ import annotations

import ast
import io
import re
import threading
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from domains.codegen.engine.exploring import Explored, Row
from domains.codegen.engine.inside.scenarios import Scenario, Seen
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.rendering import Case, alone, sentence
from domains.codegen.engine.trying import attempt
from domains.codegen.engine.types import Project, Survivor
from domains.codegen.helping import calls
from domains.codegen.helping.calls import Callables
from domains.codegen.helping.language import UNKNOWN, About, Call, Claim, Part, Prose, Style, Tried, telling
from sandbox import Sandbox

STYLE = Style(
    "Python",
    "snake_case, begins with test_, and says what is given and what comes of it, like "
    "test_discount_of_zero_keeps_the_price",
    r"^test(_[a-z0-9]{1,20}){2,14}$",
    lambda name: name.split("_")[1:],
    whole=True,
    raises="raises",
    examples='total([1, 2], "EUR") or Cart(2).add(3)',
    comment="#",
)
_EXAMPLE = re.compile(r"^\s*>>>.*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(slots=True)
class Python:
    """Implements Language for a module."""

    project: Project
    tree: ast.Module
    known: Callables = field(default_factory=lambda: Callables({}))
    style: Style = STYLE

    @property
    def text(self) -> str:
        """See `Language`."""
        return self.project.source

    def prose(self) -> list[Prose]:
        """See `Language`: docstrings and comments."""
        comments = _comments(self.text)
        found = []
        for symbol, node, owner in _functions(self.tree):
            doc = _EXAMPLE.sub("", ast.get_docstring(node) or "")
            near = [text for line, text in comments.items() if _first(node) - 2 < line <= (node.end_lineno or 0)]
            sentences = telling(doc, near)
            if sentences:
                found.append(Prose(symbol, _signature(symbol, node, owner), sentences))
        return found

    def parts(self) -> list[Part]:
        """See `Language`."""
        listed = [node for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        return [Part(node.name, node.lineno, node.end_lineno or node.lineno) for node in listed]

    def learn(self, explored: Explored) -> set[Scenario]:
        """See `Language`."""
        self.known = Callables.of(explored.symbols)
        return {row.scenario for row in [*explored.rows, *explored.observed]}

    def read(self, call: str) -> Call[Scenario] | None:
        """See `Language`."""
        scenario = calls.read(call, self.known)
        if scenario is None:
            return None
        return Call(scenario.symbol, tuple(text for step in scenario.steps for _, text in step.arguments), scenario)

    def literal(self, text: str) -> str | None:
        """See `Language`."""
        return calls.literal(text)

    def value(self, text: str) -> object:
        """See `Language`."""
        try:
            found: object = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return UNKNOWN
        return found

    def attempt(
        self, box: Sandbox, scenarios: Sequence[Scenario], missing: Sequence[int], surviving: Sequence[Survivor], *,
        seconds: float, cancelled: threading.Event,
    ) -> list[Tried[Case] | None]:  # fmt: skip
        """See `Language`."""
        tried = attempt(box, self.project, scenarios, missing, surviving, seconds=seconds, cancelled=cancelled)
        return [
            Tried(Case(scenario, one.seen, "regression"), one.usable, one.lines, one.kills, scenario.size())
            for scenario, one in zip(scenarios, tried, strict=False)
        ]

    def joined(self, explored: Explored, rows: Sequence[tuple[Case, int]], left: Sequence[Survivor]) -> Explored:
        """See `Language`."""
        made = [Row(scenario=case.scenario, seen=list(case.seen), kills=kills) for case, kills in rows]
        gone = len(explored.surviving) - len(left)
        update = {
            "rows": [*explored.rows, *made], "observed": [*explored.observed, *made],
            "killed": explored.killed + gone, "surviving": list(left),
        }  # fmt: skip
        return explored.model_copy(update=update)

    def alone(self, cases: list[Case]) -> list[Case]:
        """See `Language`."""
        return alone(cases)

    def key(self, case: Case) -> Scenario:
        """See `Language`."""
        return case.scenario

    def key_of(self, doubt: Suspicion) -> Scenario:
        """See `Language`."""
        return doubt.case.scenario

    def about(self, case: Case) -> About:
        """See `Language`."""
        last, steps = case.seen[-1], case.scenario.steps[: len(case.seen)]
        raised = last.kind == "raises"
        return About(
            symbol=case.scenario.symbol,
            call="; ".join(step.source() for step in steps),
            given=tuple(text for step in steps for _, text in step.arguments),
            outcome=_observed(last),
            result=last.text if last.kind in {"value", "iterator"} else "",
            raises=last.text.split(".")[-1] if raised else "",
            changed=bool(last.after),
            said=(sentence(case), last.message, last.type),
        )

    def contradicted(self, case: Case, claim: Claim[Scenario], note: str) -> Suspicion:
        """See `Language`."""
        if claim.raises:
            wanted = Seen("raises", claim.raises)
        else:
            wanted = Seen("value", claim.value, type(self.value(claim.value)).__name__)
        expected = f"raises {claim.raises}" if claim.raises else claim.value
        other = Case(case.scenario, (*case.seen[:-1], wanted), "suspected_bug", note)
        return Suspicion(other, note, expected, _observed(case.seen[-1]))


def _observed(last: Seen) -> str:
    return f"raises {last.text}: {last.message}" if last.kind == "raises" else last.text


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
