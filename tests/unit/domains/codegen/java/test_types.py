"""How tests name types, and what they import for them."""

from __future__ import annotations

import pytest

from domains.codegen.java.types import Imported, known, types_in


def test_types_are_read_out_of_code_but_not_out_of_texts_or_other_types() -> None:
    assert types_in('Cart.of(new ArrayList<Map.Entry>(), "List", java.util.Set.of())') == {"Cart", "ArrayList", "Map"}


def test_the_library_is_known_by_its_packages() -> None:
    code = 'Stream.of(new BigDecimal("1.5"), LocalDate.of(2024, 2, 29), List.of())'
    assert list(known(code, ()).values()) == [
        "java.math.BigDecimal", "java.util.List", "java.time.LocalDate", "java.util.stream.Stream",
    ]  # fmt: skip


def test_a_class_of_the_project_hides_the_library_s() -> None:
    assert known("new Stack(); List.of()", ["Stack"]) == {"List": "java.util.List"}


@pytest.mark.parametrize(
    ("full", "said", "wanted"),
    [
        ("java.lang.IllegalStateException", "IllegalStateException", ""),
        ("java.lang.reflect.Proxy", "Proxy", "java.lang.reflect.Proxy"),
        ("shop.Cart.Gone", "Cart.Gone", ""),
        ("java.io.IOException", "IOException", "java.io.IOException"),
        ("java.util.Map.Entry", "Map.Entry", "java.util.Map"),
        ("Gone", "Gone", ""),
        ("other.Cart", "other.Cart", ""),
    ],
)
def test_a_type_is_named_as_its_test_sees_it(full: str, said: str, wanted: str) -> None:
    assert Imported(["Cart"]).name(full, "shop") == (said, wanted)


def test_the_second_of_two_that_read_alike_is_said_in_full() -> None:
    imported = Imported(())
    assert imported.name("a.Gone", "shop") == ("Gone", "a.Gone")
    assert imported.name("b.Gone", "shop") == ("b.Gone", "")
    assert imported.name("a.Gone", "shop") == ("Gone", "a.Gone")
