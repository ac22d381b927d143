"""From source to JUnit tests that ran in the sandbox."""

from __future__ import annotations

import pytest

from domains.codegen.engine.errors import NothingToTest, SourceBroken, SourceEndless
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


def test_no_call_is_tested_twice(discount: Generated) -> None:
    said = [test.scenario.partition(" -> ")[0] for test in discount.tests]
    assert len(said) == len(set(said))


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


STORE = """package store;

import java.io.IOException;
import java.util.*;

public class Store {
  private static class Odd extends IllegalStateException {
    Odd(String why) { super(why); }
  }

  public static class Missing extends Exception {
    public Missing(String why) { super(why); }
  }

  public static class Item {
    private final int count;

    public Item(String name, int count) throws Missing {
      if (name.isEmpty()) throw new Missing("no name");
      this.count = count;
    }

    public boolean plenty() { return count > 10; }
  }

  private final Map<String, Integer> stock = new HashMap<>();

  public Store put(String name, int count) {
    if (count <= 0) throw new Odd("count must be positive");
    stock.merge(name, count, Integer::sum);
    return this;
  }

  public int take(String name, int count) throws Missing, IOException {
    Integer there = stock.get(name);
    if (there == null) throw new Missing("nothing called " + name);
    if (there < count) throw new IOException("only " + there);
    stock.put(name, there - count);
    return there - count;
  }

  public static int parse(String text) throws IOException {
    if (text.isBlank()) throw new IOException("blank");
    return text.length() * 2;
  }
}
"""


@pytest.fixture(scope="module")
def store() -> Generated:
    return make(STORE, "store/Store.java")


def test_tests_declare_what_they_may_throw_and_no_more(store: Generated) -> None:
    text = store.files["store/StoreTest.java"]
    codes = {test.name: test.code for test in store.tests}
    assert all(test.status == "passed" for test in store.tests)
    assert "import java.io.IOException;" in text
    for name, code in codes.items():
        head = code.split("{", maxsplit=1)[0]
        if name.startswith("parse"):
            assert ("throws IOException" in head) == ("assertThrows" not in code)
        if name.startswith("plenty"):
            assert "throws Store.Missing" in head
        if name.startswith("put"):
            assert "throws" not in head
    assert any("throws Exception" in code for name, code in codes.items() if name.startswith("take"))
    assert "assertThrows(IllegalStateException.class" in text  # the exception itself is private


def test_classes_within_a_class_are_tested_and_what_was_put_is_taken(store: Generated) -> None:
    assert {"Store.Item.plenty", "Store.take", "Store.put"} <= {test.symbol for test in store.tests}
    text = store.files["store/StoreTest.java"]
    assert "assertTrue(item.plenty());" in text
    assert "assertFalse(item.plenty());" in text
    assert '"only ' in text
    assert store.coverage.line == 1.0
    assert store.mutation_score is not None
    assert store.mutation_score >= 0.75


@pytest.mark.parametrize("symbol", ["Store.Item", "Item.plenty", "Store.Item.plenty", "plenty"])
def test_a_class_within_another_can_be_asked_for(symbol: str) -> None:
    made = make(STORE, "store/Store.java", budget=2.0, symbols=(symbol,))
    assert {test.symbol for test in made.tests} == {"Store.Item.plenty"}


SHAPES = """package geo;

import java.util.*;

public class Shapes {
  public sealed interface Shape permits Circle, Rect {}

  public record Circle(double radius) implements Shape {}

  public record Rect(double width, double height) implements Shape {
    public Rect {
      if (width < 0 || height < 0) throw new IllegalArgumentException("negative");
    }

    public boolean square() { return width == height; }
  }

  public static double area(Shape shape) {
    if (shape instanceof Circle c) return 3 * c.radius() * c.radius();
    Rect r = (Rect) shape;
    return r.width() * r.height();
  }

  public static Optional<Shape> largest(List<Shape> shapes) {
    return shapes.stream().max((a, b) -> Double.compare(area(a), area(b)));
  }
}
"""


def test_records_behind_a_sealed_interface_are_made_and_compared_as_values() -> None:
    """A sealed class could not be instrumented, and an interface had no values."""
    made = make(SHAPES, "geo/Shapes.java")
    text = made.files["geo/ShapesTest.java"]
    assert {"Shapes.area", "Shapes.largest", "Shapes.Rect.square"} <= {test.symbol for test in made.tests}
    assert "Optional.of(new Shapes." in text
    assert made.coverage.line == made.coverage.branch == 1.0
    assert not {"Shapes.Circle.radius", "Shapes.Rect.toString"} & {test.symbol for test in made.tests}


LEVEL = """package log;

public enum Level {
  LOW(1), HIGH(10);

  private final int weight;

  Level(int weight) { this.weight = weight; }

  public boolean atLeast(Level other) { return weight >= other.weight; }

  public Level next() { return this == HIGH ? HIGH : values()[ordinal() + 1]; }
}
"""


def test_methods_of_enumerations_are_called_on_their_members() -> None:
    made = make(LEVEL, "log/Level.java", budget=3.0)
    text = made.files["log/LevelTest.java"]
    assert "assertEquals(Level.HIGH, Level.LOW.next());" in text
    assert "assertFalse(Level.LOW.atLeast(Level.HIGH));" in text
    assert made.coverage.line == 1.0
    assert {one.line for one in made.surviving} <= {4, 12}  # other weights in the same order, and who follows LOW


OPEN = """package gen;

import java.math.BigDecimal;
import java.util.*;
import java.util.function.*;
import java.util.stream.Stream;

public class Open {
  public static <T> Optional<T> first(List<T> items, Predicate<T> wanted) {
    for (T item : items) if (wanted.test(item)) return Optional.of(item);
    return Optional.empty();
  }

  public static <T extends Comparable<T>> T most(List<T> items) {
    if (items.isEmpty()) throw new NoSuchElementException("empty");
    T best = items.get(0);
    for (T item : items) if (item.compareTo(best) > 0) best = item;
    return best;
  }

  public static int total(int... numbers) {
    int sum = 0;
    for (int n : numbers) sum += n;
    return sum;
  }

  public static String named(Optional<String> name) { return name.filter(n -> !n.isEmpty()).orElse("nobody"); }

  public static long evens(Stream<Integer> numbers) { return numbers.filter(n -> n % 2 == 0).count(); }

  public static BigDecimal half(BigDecimal price) {
    return price.signum() < 0 ? BigDecimal.ZERO : price.multiply(new BigDecimal("0.5"));
  }

  public static Object loose(int n) { return n > 5 ? (Object) true : (Object) 0.5; }
}
"""


@pytest.fixture(scope="module")
def opened() -> str:
    made = make(OPEN, "gen/Open.java", budget=8.0)
    assert made.coverage.line == made.coverage.branch == 1.0
    assert all(test.status == "passed" for test in made.tests)
    return made.files["gen/OpenTest.java"]


@pytest.mark.parametrize(
    "part",
    [
        "x -> x", "Optional.empty(), Open.first(", "Optional.of(", "Open.named(Optional.of(", "Stream.of(",
        "new BigDecimal(", "import java.math.BigDecimal;", "import java.util.stream.Stream;",
        "assertThrows(NoSuchElementException.class, () -> Open.most(new ArrayList<Integer>()));",
        "assertEquals(0.5, Open.loose(", "assertEquals(true, Open.loose(",
    ],
)  # fmt: skip
def test_functions_optionals_streams_and_open_types_are_written_as_a_developer_writes_them(
    opened: str, part: str
) -> None:
    assert part in " ".join(opened.split())


def test_any_number_of_arguments_is_given_one_by_one(opened: str) -> None:
    assert "Open.total(" in opened
    assert "new int[]" not in opened


STACK = """
public class Stack<T> {
  private final java.util.ArrayList<T> items = new java.util.ArrayList<>();

  public void push(T item) { items.add(item); }

  public T pop() {
    if (items.isEmpty()) throw new java.util.NoSuchElementException("empty");
    return items.remove(items.size() - 1);
  }

  public int size() { return items.size(); }

  public boolean isEmpty() { return items.isEmpty(); }
}
"""


def test_a_class_of_a_library_class_s_name_and_of_a_type_variable_is_itself() -> None:
    """`java.util.Stack` was imported in its place: no test compiled."""
    made = make(STACK, "Stack.java", budget=4.0)
    text = made.files["StackTest.java"]
    assert "Stack<Integer> stack = new Stack<>();" in text
    assert "import java.util.Stack;" not in text
    assert made.coverage.line == 1.0
    assert all("stack.isEmpty();\n  stack.isEmpty();" not in test.code for test in made.tests)


GREETING = """package hello;

public interface Greeting {
  String name();

  default String greet() { return name().isEmpty() ? "Hello!" : "Hello, " + name() + "!"; }
}
"""
MONEY = """package pay;

public class Money {
  private final int cents;

  private Money(int cents) { this.cents = cents; }

  public static Money of(int cents) { return new Money(cents); }

  public boolean lessThan(Money other) { return cents < other.cents; }

  public int getCents() { return cents; }
}
"""


def test_a_default_method_is_called_on_a_function() -> None:
    made = make(GREETING, "hello/Greeting.java", budget=3.0)
    text = made.files["hello/GreetingTest.java"]
    assert 'Greeting greeting = () -> "";' in text
    assert 'assertEquals("Hello!", greeting.greet());' in text
    assert made.coverage.line == 1.0


def test_an_object_is_made_as_its_class_lets_it_be_made() -> None:
    made = make(MONEY, "pay/Money.java", budget=3.0)
    text = made.files["pay/MoneyTest.java"]
    assert "Money money = Money.of(" in text
    assert "money.lessThan(Money.of(" in text
    assert made.mutation_score == 1.0


def test_a_test_that_the_compiler_refuses_takes_no_other_with_it() -> None:
    """What a type variable stands for is inferred by the compiler alone."""
    source = """
import java.util.function.*;

public class Odd {
  public static <A, B extends Comparable<A>> int same(Function<A, B> how, A a, int n) { return n > 3 ? n : 0; }

  public static int twice(int n) { return n * 2; }
}
"""
    made = make(source, "Odd.java", budget=3.0)
    assert "Odd.twice" in {test.symbol for test in made.tests}
    assert all(test.status == "passed" for test in made.tests)


@pytest.mark.parametrize(
    "start",
    [
        "static { while (n >= 0) { n = 1; } }",
        "static { try { Thread.sleep(900000); } catch (InterruptedException e) { } }",
    ],
    ids=["a loop", "waiting"],
)
def test_a_class_whose_start_has_no_end_is_told(start: str) -> None:
    """It was said to have no method."""
    source = (
        f"public class Loop {{\n  static int n = 0;\n  {start}\n  public static int f(int a) {{ return a + n; }}\n}}\n"
    )
    with pytest.raises(SourceEndless, match="had not finished loading") as error:
        make(source, "Loop.java", budget=2.0)
    assert error.value.loading


def test_a_class_whose_start_fails_is_told_with_what_it_said() -> None:
    source = "public class Asks {\n  static final String NAME = new java.util.Scanner(System.in).nextLine();\n"
    with pytest.raises(SourceBroken, match=r"Asks cannot be initialised: java\.util\.NoSuchElementException"):
        make(source + "  public static int f(int a) { return a + NAME.length(); }\n}\n", "Asks.java", budget=2.0)


def test_one_class_of_a_file_that_fails_takes_no_other_with_it() -> None:
    source = 'class Bad {\n  static int n = 1 / Integer.parseInt("0");\n  static int g() { return n; }\n}\n'
    made = make(source + "class Good {\n  static int f(int a) { return a + 1; }\n}\n", "Good.java", budget=2.0)
    assert "Good.f" in {test.symbol for test in made.tests}
