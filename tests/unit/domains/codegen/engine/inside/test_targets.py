"""What of a module is worth a test."""

from __future__ import annotations

import pytest

from domains.codegen.engine.inside.running import Subject
from domains.codegen.engine.inside.targets import targets
from tests.unit.domains.codegen.engine.inside.conftest import Load


def symbols(load: Load, source: str) -> list[str]:
    subject = load(source)
    return [target.symbol for target in targets(subject.module, Subject.names(subject.module), frozenset())]


@pytest.mark.parametrize(
    "source",
    [
        "import enum\nclass Tier(enum.Enum):\n    GOLD = 'gold'",
        "import enum\nclass Tier(enum.IntEnum):\n    GOLD = 1",
        "import enum\nclass Tier(enum.Flag):\n    GOLD = 1\n    RED = 2",
        "import enum\nclass Tier(str, enum.Enum):\n    GOLD = 'gold'",
    ],
)
def test_what_the_library_puts_into_an_enumeration_is_not_tested(load: Load, source: str) -> None:
    """Its values are: programs send them to each other."""
    assert symbols(load, f"{source}\ndef f(tier: Tier): return tier.name") == ["Tier", "f"]


def test_what_dataclass_compiles_is_not_tested(load: Load) -> None:
    source = (
        "from dataclasses import dataclass\n@dataclass(order=True)\nclass Line:\n    price: int\n"
        "    def total(self): return self.price\n    def __str__(self): return str(self.price)\n"
    )
    assert symbols(load, source) == ["Line", "Line.total", "Line.__str__"]


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("def fee(self): return 1", ["Tier.fee"]),
        ("@property\n    def fee(self): return 1", ["Tier.fee"]),
        ("@classmethod\n    def best(cls): return cls.GOLD", ["Tier.best"]),
        ("@classmethod\n    def _missing_(cls, value): return cls.GOLD", []),
        ("def __str__(self): return 'x'", ["Tier.__str__"]),
    ],
)
def test_what_an_enumeration_does_of_its_own_is(load: Load, body: str, more: list[str]) -> None:
    assert symbols(load, f"import enum\nclass Tier(enum.Enum):\n    GOLD = 1\n    {body}") == ["Tier", *more]


def test_coroutines_are_tested_and_asynchronous_generators_are_not(load: Load) -> None:
    source = (
        "async def later(): pass\n"
        "async def many():\n    yield 1\n"
        "class Client:\n    async def get(self, key): return key\n    async def all(self):\n        yield 1\n"
    )
    assert symbols(load, source) == ["later", "Client", "Client.get"]
