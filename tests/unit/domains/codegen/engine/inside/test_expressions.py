"""Expressions that are put together while a module runs lead to texts that they match."""

from __future__ import annotations

import random
import re
from pathlib import Path

from domains.codegen.engine.inside.explore import Expressions
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from tests.unit.domains.codegen.engine.inside.conftest import Load

SOURCE = """
import re

DIGITS = "[0-9]"
WEEK = re.compile("W" + DIGITS * 2 + "X")


def parsed(text, digits=4):
    expression = re.compile(r"\\A(?P<year>" + DIGITS + "{%d})-(?P<month>" % digits + DIGITS + r"{2})Q\\Z")
    found = expression.match(text)
    return found and int(found["month"])
"""


def listened(load: Load) -> tuple[Expressions, Subject]:
    subject = load(SOURCE)  # where it stands is known from here on
    expressions = Expressions(Path(subject.path).parent)
    with expressions.listening():
        subject.load(None)
    return expressions, subject


def test_what_is_compiled_as_the_module_loads_is_heard(load: Load) -> None:
    expressions, _ = listened(load)
    texts = expressions.texts(random.Random(1))
    assert any(re.fullmatch("W[0-9]{2}X", text) for text in texts)
    assert any(re.fullmatch("W[0-9]{2}X", text) is None for text in texts)


def test_what_is_compiled_as_a_function_runs_is_heard_once(load: Load) -> None:
    expressions, subject = listened(load)
    expressions.texts(random.Random(1))
    runner = Runner(subject, Subject.names(subject.module))
    with expressions.listening():
        runner.run(Scenario("parsed", (Step("parsed", (("", "'x'"),)),)))
    matching = [text for text in expressions.texts(random.Random(1)) if re.fullmatch(r"\d{4}-\d{2}Q", text)]
    assert matching
    assert any(1 <= int(text[5:7]) <= 12 for text in matching)
    with expressions.listening():
        runner.run(Scenario("parsed", (Step("parsed", (("", "'y'"),)),)))
    assert expressions.texts(random.Random(1)) == []


def test_others_expressions_and_those_afterwards_are_not_heard(load: Load, tmp_path: Path) -> None:
    before = re.compile
    expressions = Expressions(tmp_path / "elsewhere")
    with expressions.listening():
        load(SOURCE)
        assert re.compile("a+b").fullmatch("aab")
        assert re.compile(b"a", re.IGNORECASE).match(b"A")
    assert re.compile is before
    assert expressions.texts(random.Random(1)) == []


def test_no_more_than_forty_are_kept(load: Load) -> None:
    source = "import re\nfor n in range(90):\n    re.compile('x' * (n + 1))\n"
    subject = load(source)
    expressions = Expressions(Path(subject.path).parent)
    with expressions.listening():
        subject.load(None)
    longest = max(len(text) for text in expressions.texts(random.Random(1)))
    assert 40 <= longest <= 43
