"""From source to JUnit tests that ran in the sandbox."""

from __future__ import annotations

import pytest

from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.java.generate import generate
from domains.codegen.making import fails
from sandbox import Sandbox

DISCOUNT = """
package shop;

public class Discount {
  /**
   * >>> of(100, 10)
   * 90
   * @throws IllegalArgumentException if percent is not between 0 and 100
   */
  public static int of(int price, int percent) {
    if (percent < 0 || percent > 100) throw new IllegalArgumentException("percent must be between 0 and 100");
    return price - price * percent / 100;
  }
}
"""


def make(source: str, name: str = "A.java", *, budget: float = 6.0, symbols: tuple[str, ...] = ()) -> Generated:
    return generate(Sandbox(), Project({name: source.encode()}, name), Options(symbols, budget))


@pytest.fixture(scope="module")
def discount() -> Generated:
    return make(DISCOUNT, "shop/Discount.java", budget=10.0)


def test_a_static_method_is_tested(discount: Generated) -> None:
    text = discount.files["shop/DiscountTest.java"]
    assert text.startswith("package shop;")
    assert "assertEquals(90, Discount.of(100, 10));" in text
    assert "assertThrows(" in text
    assert '"percent must be between 0 and 100"' in text
    assert discount.coverage.branch == 1.0
    assert discount.coverage.line == 1.0  # the constructor that nobody wrote and nobody calls is no line of its own
    assert discount.coverage.missing_lines == ()
    assert discount.flaky == ()
    assert discount.mutation_score is not None
    assert discount.mutation_score >= 0.8


def test_expectations_say_where_they_come_from(discount: Generated) -> None:
    labels = {test.name: test.label for test in discount.tests}
    assert labels["ofOf100And10Is90"] == "contract"
    assert {label for name, label in labels.items() if "Throws" in name} == {"contract"}
    assert "regression" in labels.values()
    assert all("assert" in test.code for test in discount.tests)


def test_they_tell_a_wrong_version_from_the_right_one(discount: Generated) -> None:
    right = Project({"shop/Discount.java": DISCOUNT.encode()}, "shop/Discount.java")
    wrong = Project({"shop/Discount.java": DISCOUNT.replace("> 100", "> 101").encode()}, "shop/Discount.java")
    assert fails(Sandbox(), wrong, discount.files)
    assert not fails(Sandbox(), right, discount.files)


CART = """
import java.util.*;

public class Cart {
  private final List<Integer> prices = new ArrayList<>();

  public Cart add(int price) {
    if (price <= 0) throw new IllegalArgumentException("price must be positive");
    prices.add(price);
    return this;
  }

  public int getTotal() {
    int sum = 0;
    for (int price : prices) sum += price;
    return sum > 100 ? sum - 10 : sum;
  }

  /** twice(2) => 5 */
  public static int twice(int n) { return n * 2; }

  public static void sortDown(int[] values) {
    Arrays.sort(values);
    for (int n = 0; n < values.length / 2; n++) {
      int other = values[n];
      values[n] = values[values.length - 1 - n];
      values[values.length - 1 - n] = other;
    }
  }
}
"""


def test_objects_arguments_that_change_and_a_wrong_example() -> None:
    made = make(CART, "Cart.java", budget=6.0)
    text = made.files["CartTest.java"]
    assert "new Cart()" in text
    assert "assertArrayEquals(" in text
    assert made.coverage.branch is not None
    assert made.coverage.branch >= 0.8
    (bug,) = made.suspected_bugs
    assert (bug.symbol, bug.expected, bug.observed) == ("Cart.twice", "5", "4")
    assert "CartSuspectedTest.java" in made.files
    assert {test.status for test in made.tests if test.label == "suspected_bug"} == {"failed"}


@pytest.mark.parametrize(
    ("source", "line"), [("class A { int f( { } }", 1), ("public class A {\n  int f() { return unknown; }\n}", 2)]
)
def test_a_broken_source_is_told_with_its_line(source: str, line: int) -> None:
    with pytest.raises(SourceBroken) as error:
        make(source)
    assert error.value.line == line


@pytest.mark.parametrize(
    "source", ["package a;\n", "interface A { int f(); }", "class A { private int f() { return 1; } }"]
)
def test_nothing_to_test_is_told(source: str) -> None:
    with pytest.raises(NothingToTest):
        make(source, budget=1.0)


def test_a_constructor_that_does_something_is_a_line_to_be_covered() -> None:
    """Private, so that no test can call it."""
    found = make(
        "public class A {\n  int held = 0;\n  private A() { held = 7; }\n"
        "  public static int twice(int n) { return 2 * n; }\n}\n"
    )
    assert {2, 3} <= set(found.coverage.missing_lines)
    assert found.coverage.line < 1.0


def test_a_way_that_only_some_texts_take_is_found_by_what_was_covered() -> None:
    """Both ways give false for most texts: without coverage as a guide only the first of them was ever kept."""
    made = make(
        "public class Brackets {\n"
        "  public static boolean closed(String text) {\n"
        "    int depth = 0;\n"
        "    for (int i = 0; i < text.length(); i++) {\n"
        "      if (text.charAt(i) == '(') depth++;\n"
        "      else if (--depth < 0) return false;\n"
        "    }\n"
        "    return depth == 0;\n"
        "  }\n"
        "}\n",
        "Brackets.java",
    )
    assert made.coverage.branch == 1.0
    assert made.mutation_score is not None
    assert made.mutation_score >= 0.8


LOGGED = b"""
import java.util.*;

public class Account {
    private long balance;
    private final List<String> log = new ArrayList<>();

    public void deposit(long amount) {
        if (amount <= 0) throw new IllegalArgumentException("amount must be positive");
        balance += amount;
        log.add("deposit " + amount);
    }

    public long getBalance() { return balance; }

    public List<String> getLog() { return List.copyOf(log); }

    public Set<String> getKinds() { return Set.copyOf(log); }
}
"""


def test_lists_and_sets_that_cannot_be_changed_are_values_like_others() -> None:
    """They throw when they are asked whether they hold null, which ended the search at the first of them."""
    made = generate(Sandbox(), Project({"Account.java": LOGGED}, "Account.java"), Options(budget_s=3.0), None)
    assert made.coverage.line == 1.0
    assert {"Account.deposit", "Account.getLog"} <= {test.symbol for test in made.tests}
    assert "List.of(" in made.files["AccountTest.java"]


NESTED = b"""package shop;

public record Heat(double degrees, Unit unit) {
    public enum Unit { CELSIUS, FAHRENHEIT }

    public Heat to(Unit wanted) {
        if (wanted == unit) return this;
        return wanted == Unit.CELSIUS ? new Heat((degrees - 32) / 1.8, wanted) : new Heat(degrees * 1.8 + 32, wanted);
    }

    public java.time.DayOfWeek measured() { return java.time.DayOfWeek.MONDAY; }
}
"""


def test_members_of_enumerations_are_named_where_they_lie() -> None:
    """One within the class was named without it: no test of the class compiled."""
    made = generate(Sandbox(), Project({"shop/Heat.java": NESTED}, "shop/Heat.java"), Options(budget_s=3.0), None)
    (text,) = made.files.values()
    assert "Heat.Unit." in text
    assert "java.time.DayOfWeek.MONDAY" in text
    assert all(test.status == "passed" for test in made.tests)
