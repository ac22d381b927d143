"""Writes laws that hold as tests: `@given` where the project has Hypothesis, else a table of examples.

What the law was found by decides its label: `contract` when the documentation says it, else `regression`. A stated law
that does not hold is a suspected bug with its counter-example.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from domains.codegen.engine.exploring import Counter, Explored, Told
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.judging import Suspicion
from domains.codegen.engine.naming import Names, snake
from domains.codegen.engine.rendering import Case, Written

_ROWS = 8
_LONGEST = 70
_NAMES = {
    "inverse": "{0}_undoes_{1}", "idempotent": "{0}_twice_is_{0}_once", "agrees": "{0}_agrees_with_{1}",
    "commutative": "{0}_takes_its_arguments_in_any_order", "sorted": "{0}_gives_ascending_order",
    "keeps": "{0}_keeps_every_item",
}  # fmt: skip
_ALPHABETS = {
    "printed": "string.ascii_letters + string.digits + string.punctuation + ' '", "letters": "string.ascii_letters",
    "lower": "string.ascii_lowercase", "upper": "string.ascii_uppercase", "digits": "string.digits",
}  # fmt: skip


def has_hypothesis(files: Mapping[str, bytes]) -> bool:
    """Whether a project uses Hypothesis: its requirements name it, or its code imports it."""
    listed = (
        body
        for name, body in files.items()
        if re.search(r"(?:^|/)(?:[\w.-]*requirements[\w./-]*|setup\.\w+|pyproject\.toml|tox\.ini|Pipfile)$", name)
    )
    imported = (body for name, body in files.items() if name.endswith(".py"))
    return any(re.search(rb"^[\s\"'\[]*hypothesis\b|[\"']hypothesis\b", body, re.MULTILINE) for body in listed) or any(
        re.search(rb"^\s*(?:from|import) hypothesis\b", body, re.MULTILINE) for body in imported
    )


def properties(
    explored: Explored, names: Names, *, given: bool
) -> tuple[list[tuple[Told, Written]], list[tuple[Suspicion, Written]]]:
    """Return the laws that hold with their tests, and of stated laws that do not. With `given` values are drawn."""
    good: list[tuple[Told, Written]] = []
    bad: list[tuple[Suspicion, Written]] = []
    for law in explored.laws:
        if law.counter is None:
            strategies = _strategies(law) if given else None
            good.append((law, _drawn(law, strategies, names) if strategies else _table(law, names)))
        elif law.documented:
            bad.append(contradicted(law, law.counter, names))
    return good, bad


def _claim(law: Told) -> str:
    right = f"pytest.approx({law.right})" if law.approx else law.right
    return f"assert {law.left} == {right}"


def _name(law: Told, names: Names) -> str:
    return names.free("test_" + _NAMES[law.kind].format(*(snake(symbol) for symbol in law.symbols)))


def _case(law: Told) -> Case:
    scenario = Scenario(law.symbols[0], (Step(f"{law.left} == {law.right}", reads=True),))
    return Case(scenario, (Seen("value", "True", "bool"),), "contract" if law.documented else "regression")


def _drawn(law: Told, strategies: dict[str, str], names: Names) -> Written:
    name = _name(law, names)
    drawn = ", ".join(f"{key}={strategy}" for key, strategy in strategies.items())
    code = [
        "@settings(deadline=None)", f"@given({drawn})", f"def {name}({', '.join(law.names)}):",
        *([f"    # {law.because}"] if law.documented else []), f"    {_claim(law)}",
    ]  # fmt: skip
    return Written(name, "\n".join(code), (_case(law),))


def _table(law: Told, names: Names) -> Written:
    name = _name(law, names)
    rows = _rows(law)
    single = len(law.names) == 1
    listed = f'"{law.names[0]}"' if single else f"({', '.join(repr(key) for key in law.names)})"
    code = [
        "@pytest.mark.parametrize(", f"    {listed},", "    [",
        *(f"        {row[0] if single else '(' + ', '.join(row) + ')'}," for row in rows), "    ],", ")",
        f"def {name}({', '.join(law.names)}):", *([f"    # {law.because}"] if law.documented else []),
        f"    {_claim(law)}",
    ]  # fmt: skip
    return Written(name, "\n".join(code), (_case(law),))


def _rows(law: Told) -> list[tuple[str, ...]]:
    """Choose examples to show: telling ones (they come first), short ones, and none twice."""
    telling = sorted(law.examples[: _ROWS * 3], key=lambda row: sum(map(len, row)))[:_ROWS]
    return [row for row in telling if sum(map(len, row)) <= _LONGEST] or telling[:1]


def filled(law: Told, text: str, example: Sequence[str]) -> str:
    """Write one side of a law with an example's values in place of the names."""
    values = dict(zip(law.names, example, strict=True))
    return re.sub(rf"\b({'|'.join(values)})\b", lambda found: values[found[0]], text)


def contradicted(law: Told, counter: Counter, names: Names) -> tuple[Suspicion, Written]:
    """Write the test of a stated law that does not hold, for the values that show it."""
    values = dict(zip(law.names, counter.example, strict=True))
    said = filled(law, law.left, counter.example)
    case = Case(
        Scenario(law.symbols[0], (Step(said, reads=True),)), (Seen("value", "True"),), "suspected_bug", law.because
    )
    name = _name(law, names)
    given = [f"    {key} = {text}" for key, text in values.items()]
    code = [f"def {name}():", f"    # {law.because}", *given, f"    {_claim(law)}"]
    suspicion = Suspicion(case, law.because, counter.right or law.right, counter.left)
    return suspicion, Written(name, "\n".join(code), (case,))


def _strategies(law: Told) -> dict[str, str] | None:
    """Return a strategy for each value; None where the law's domain is no range and no alphabet."""
    found: dict[str, str] = {}
    for n, (key, kind) in enumerate(zip(law.names, law.kinds, strict=True)):
        strategy = _strategy(law, kind, law.bounds[n])
        if strategy is None:
            return None
        found[key] = strategy
    return found


def _strategy(law: Told, kind: str, bounds: tuple[str | None, str | None] | None) -> str | None:
    if kind in {"int", "float"}:
        return None if bounds is None else _number(kind, *bounds)
    text = (
        None if not law.alphabet else "st.text()" if law.alphabet == "any" else f"st.text({_ALPHABETS[law.alphabet]})"
    )
    plain = {"bytes": "st.binary()", "list_int": "st.lists(st.integers())"} if law.alphabet == "any" else {}
    texts = {} if text is None else {"str": text, "list_str": f"st.lists({text})"}
    return {**plain, **texts, "bool": "st.booleans()"}.get(kind)


def _number(kind: str, low: str | None, high: str | None) -> str:
    if kind == "int":
        given = [f"{key}={value}" for key, value in (("min_value", low), ("max_value", high)) if value is not None]
        return f"st.integers({', '.join(given)})"
    return f"st.floats({low or '-1e6'}, {high or '1e6'})"
