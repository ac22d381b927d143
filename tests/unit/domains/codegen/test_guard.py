"""Which blocks of an answer are Python, and where they do not parse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.guard import SyntaxFault, faults


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("no code", []),
        ("```js\nlet x = ;\n```", []),
        ("```python\n>>> 1 +\n```", []),
        ("```python\n%timeit f()\n```", []),
        ("```py\n  x = 1\n  y = 2\n```", []),
        ("```python\nx = 1\n```\n```python\nx = (\n```", [SyntaxFault(2, 1, "'(' was never closed")]),
        ("```python\nx = 1\ny = = 2\n", [SyntaxFault(1, 2, "invalid syntax")]),
        ("```python\n```", []),
        ("````python\n```\n````", [SyntaxFault(1, 1, "invalid syntax")]),
    ],
)
def test_only_python_blocks_are_parsed(answer: str, found: list[SyntaxFault]) -> None:
    assert faults(answer) == found


def test_nesting_beyond_the_parser_is_a_fault_and_no_crash() -> None:
    assert len(faults(f"```python\n{'(' * 5000}\n```")) == 1


@pytest.mark.parametrize("name", ["python", "Python", "py", "python3", "python title=x.py"])
def test_python_goes_by_several_names(name: str) -> None:
    assert len(faults(f"```{name}\nx = (\n```")) == 1


@pytest.mark.parametrize("name", ["", "js", "text", "pycon", "bash"])
def test_other_languages_are_left_alone(name: str) -> None:
    assert faults(f"```{name}\nx = (\n```") == []


def test_every_broken_block_is_named_by_its_number() -> None:
    answer = "```python\nx = (\n```\nand\n```python\nok = 1\n```\nand\n```python\ndef f(:\n```"
    assert [fault.n for fault in faults(answer)] == [1, 3]


def test_an_escape_that_only_warns_is_no_fault() -> None:
    assert faults("```python\npattern = '\\d+'\n```") == []


def test_a_null_byte_is_a_fault_and_no_crash() -> None:
    assert len(faults("```python\nx = 1\0\n```")) == 1


@given(st.text(max_size=200))
def test_no_answer_crashes_the_parser(code: str) -> None:
    assert len(faults(f"```python\n{code}\n```")) <= 1 + code.count("```")
