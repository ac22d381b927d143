"""A function with `**options` is called with the keywords that it asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from domains.codegen.engine.inside.keywords import keywords
from domains.codegen.engine.inside.parameters import parameters
from tests.unit.domains.codegen.engine.inside.conftest import Load
from tests.unit.domains.codegen.engine.inside.test_search import outcomes, searched

EMPTY = inspect.Parameter.empty
SOURCE = """
def asked(text, **options):
    width = options.get("width", 4)
    sign = options.pop("sign", None)
    if "loud" in options:
        text = text.upper()
    if options.setdefault("odd key", 1) and options["strict"]:
        return "strict"
    return text.ljust(width, sign or " ")

def passed(f, **kwargs):
    return f(**kwargs)

class Box:
    def __init__(self, **names):
        self.label = names["label"]
"""


@pytest.mark.parametrize(
    ("name", "parameter", "wanted"),
    [
        ("asked", "options", {"width": 4, "sign": None, "loud": EMPTY, "strict": EMPTY}),
        ("passed", "kwargs", {}),
        ("asked", "others", {}),
    ],
)
def test_what_is_taken_out_of_them_is_found(load: Load, name: str, parameter: str, wanted: dict[str, Any]) -> None:
    assert keywords(getattr(load(SOURCE).module, name), parameter) == wanted


@pytest.mark.parametrize("function", [dict.update, print, "text".ljust])
def test_what_has_no_source_asks_for_nothing(function: Callable[..., Any]) -> None:
    assert keywords(function, "kwargs") == {}


def test_they_are_parameters_by_keyword(load: Load) -> None:
    module = load(SOURCE).module
    found = {p.name: (p.needed, p.keyword, p.default) for p in parameters(module.asked, None, {})}
    assert found["text"] == (True, False, EMPTY)
    assert found["width"] == (False, True, 4)
    assert {p.name for p in parameters(module.Box.__init__, module.Box, {})} == {"label"}


def test_the_search_gives_them(load: Load) -> None:
    search, _, _ = searched(load(SOURCE), 3.0)
    assert "'strict'" in outcomes(search)
    assert any(row.scenario.symbol == "Box" and row.seen[-1].kind == "object" for row in search.rows)
