"""Code: what is said to be Python parses, or the reader is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from domains.codegen.domain import Code
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, Response
from inference.client.protocols import ChatModel
from inference.client.scripted import ScriptedModel

Run = Callable[[Domain, Question, Evidence, ChatModel], Awaitable[tuple[str, Response]]]
GOOD = "Here:\n```python\ndef f(x):\n    return x[1]\n```\nDone."
BAD = "Here:\n```python\ndef f(x)\n    return x\n```\n"


async def test_good_code_is_shown_as_it_is(
    run: Run, ask: Callable[..., Question], evidence: Callable[..., Evidence]
) -> None:
    text, end = await run(Code(), ask("Write f"), evidence(sufficient=False), ScriptedModel([GOOD]))
    assert text == GOOD
    assert end == Done(grounded=False, usage=end.usage if isinstance(end, Done) else None)


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "Python block 1 does not parse, line 1"), ("zh", "第 1 个 Python 代码块第 1 行有语法错误")],
)
async def test_broken_code_is_named(
    run: Run, ask: Callable[..., Question], evidence: Callable[..., Evidence], language: str, note: str
) -> None:
    text, _ = await run(Code(), ask("Write f", language), evidence(sufficient=False), ScriptedModel([BAD]))
    assert text.startswith(BAD)
    assert note in text


async def test_a_question_on_the_companys_product_without_evidence_is_refused(
    run: Run, ask: Callable[..., Question], evidence: Callable[..., Evidence]
) -> None:
    _, end = await run(Code(), ask("What is your API rate limit?"), evidence(sufficient=False), ScriptedModel([]))
    assert isinstance(end, Refusal)
