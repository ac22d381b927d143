"""A test that expects another value of a documented call contradicts the documentation; anything else does not."""

from __future__ import annotations

import pytest

from domains.codegen.coding import contradicting, parts
from domains.codegen.engine.contracts import Check

DISCOUNT = Check(0, "discount", "discount(100.0, 'a')", "90.0", None, "")
REFUSED = Check(0, "discount", "discount(-1)", None, "RangeError", "")


def first(body: str, path: str = "a.test.js", *checks: Check) -> Check | None:
    source = f'test("x", () => {{ {body} }});' if path.endswith("js") else f"class T {{ @Test void x() {{ {body} }} }}"
    return contradicting.first(parts.tests(path, source)[0], checks or (DISCOUNT, REFUSED))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("expect(discount(100, 'a')).toBe(10);", DISCOUNT),
        ('expect(shop.discount( 100, "a" )).toEqual(10);', DISCOUNT),
        ("expect(() => discount(100, 'a')).toThrow(Error);", DISCOUNT),
        ("expect(discount(-1)).toBe(0);", REFUSED),
        ("expect(discount(100, 'a')).toBe(90);", None),
        ("expect(discount(200, 'a')).toBe(10);", None),
        ("expect(discount(100, 'a')).not.toBe(10);", None),
        ("expect(discount(100, 'a'));", None),
        ("expect(() => discount(-1)).toThrow(RangeError);", None),
        ("check(discount(100, 'a'), 10);", None),
    ],
)
def test_expectations_of_jest(body: str, found: Check | None) -> None:
    assert first(body) == found


@pytest.mark.parametrize(
    ("body", "contradicts"),
    [
        ('assertEquals(10, Shop.discount(100, "a"));', True),
        ('assertEquals(10d, discount(100.0d, "a"), 0.1);', True),
        ('assertThrows(IllegalStateException.class, () -> Shop.discount(100, "a"));', True),
        ('assertEquals(90, Shop.discount(100, "a"));', False),
        ('assertEquals(10, Shop.discount(101, "a"));', False),
        ('assertTrue(Shop.discount(100, "a") > 1);', False),
    ],
)
def test_expectations_of_junit(body: str, contradicts: bool) -> None:
    assert (first(body, "T.java", DISCOUNT) is DISCOUNT) is contradicts


def test_a_documented_call_is_shown_with_what_it_gives() -> None:
    assert contradicting.shown(DISCOUNT) == "discount(100.0, 'a') -> 90.0"
    assert contradicting.shown(REFUSED) == "discount(-1) -> RangeError"
