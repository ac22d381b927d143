"""A JUnit class that is there keeps every byte; what is new follows it, is run with it, and repeats nothing."""

from __future__ import annotations

import difflib

import pytest

from domains.codegen.engine.errors import OtherFramework, SourceBroken
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.java.existing import Existing, existing
from domains.codegen.java.generate import generate
from domains.codegen.java.rendering import Case
from domains.codegen.java.running import Row, Seen
from sandbox import Sandbox

TAX = """package shop;

public class Tax {
  public static long of(long cents, int percent) {
    if (percent < 0) {
      throw new IllegalArgumentException("percent must not be negative");
    }
    return cents * percent / 100;
  }

  public static String label(int percent) {
    return percent == 0 ? "free" : percent + "%";
  }
}
"""
MINE = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/* What I wrote in May. */
@DisplayName("taxes")
class TaxTest {

\t@Nested
\tclass Of {
\t\t@Test
\t\tvoid tenPercent() { assertEquals(20, Tax.of(200, 10)); } // mine
\t}

\t@Test
\tvoid knownToFail() {
\t\tassertEquals(3, Tax.of(200, 1));
\t}

\tprivate int spare = 1;
}
"""
SOURCE, TEST = "src/main/java/shop/Tax.java", "src/test/java/shop/TaxTest.java"


def added(before: str, after: str) -> list[str]:
    """The lines that an addition brought; fails where a line of before is gone or changed."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert [line for line in lines if line.startswith("- ")] == []
    return [line[2:] for line in lines if line.startswith("+ ")]


def run(files: dict[str, str], target: str, there: str, *, budget: float = 4.0) -> Generated:
    project = Project({name: text.encode() for name, text in files.items()}, target)
    return generate(Sandbox(), project, Options(budget_s=budget, existing=(there,)))


@pytest.fixture(scope="module")
def tax() -> Generated:
    return run({SOURCE: TAX, TEST: MINE}, SOURCE, TEST, budget=8.0)


def test_the_class_comes_back_with_all_it_had(tax: Generated) -> None:
    assert list(tax.files) == [TEST]
    new = added(MINE, tax.files[TEST])
    assert "import static org.junit.jupiter.api.Assertions.assertThrows;" in new
    assert not any("import org.junit.jupiter.api.Test;" in line for line in new)
    assert sum("@Test" in line for line in new) == len(tax.tests)


def test_what_is_new_is_indented_as_the_file_is(tax: Generated) -> None:
    code = [line for line in added(MINE, tax.files[TEST]) if line.strip() and not line.startswith("import")]
    assert all(line.startswith("\t") and not line.lstrip("\t").startswith(" ") for line in code)


def test_a_nested_class_of_the_same_method_takes_its_tests(tax: Generated) -> None:
    text = tax.files[TEST]
    places = {test.symbol: text.index(f"void {test.name}(") for test in tax.tests}
    assert text.index("// mine") < places["Tax.of"] < text.index("knownToFail")
    assert text.index("knownToFail") < places["Tax.label"] < text.index("private int spare")


def test_what_its_tests_call_is_not_written_again(tax: Generated) -> None:
    assert not any("Tax.of(200, 10)" in test.code for test in tax.tests)
    assert len({test.name for test in tax.tests}) == len(tax.tests)
    assert all(test.code.startswith("@Test\nvoid ") for test in tax.tests)


def test_coverage_is_told_before_and_with_the_new_tests(tax: Generated) -> None:
    assert tax.before is not None
    assert tax.before.missing_lines == (6, 12)
    assert (tax.coverage.line, tax.coverage.branch, tax.flaky) == (1.0, 1.0, ())
    assert {test.status for test in tax.tests} == {"passed"}


OTHER = """package checks;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import shop.Tax;

class TaxTest {
    @Test
    void ten() {
        Assertions.assertEquals(20, Tax.of(200, 10));
    }
}
"""


def test_another_package_and_assertions_by_their_class() -> None:
    made = run({SOURCE: TAX, "src/test/java/checks/TaxTest.java": OTHER}, SOURCE, "src/test/java/checks/TaxTest.java")
    text = made.files["src/test/java/checks/TaxTest.java"]
    assert "import static" not in text
    assert [line for line in added(OTHER, text) if line.startswith("import")] == []
    assert "\n        Assertions.assertEquals(" in text
    assert {test.status for test in made.tests} == {"passed"}


def test_a_class_that_takes_none_gets_a_neighbour_and_none_is_overwritten() -> None:
    abstract = MINE.replace("class TaxTest", "abstract class TaxTest", 1)
    files = {
        SOURCE: TAX,
        TEST: abstract,
        "src/test/java/shop/TaxMoreTest.java": "package shop;\nclass TaxMoreTest {}\n",
    }
    made = run(files, SOURCE, TEST, budget=2.0)
    assert list(made.files) == ["src/test/java/shop/TaxMore2Test.java"]
    assert "class TaxMore2Test {" in made.files["src/test/java/shop/TaxMore2Test.java"]
    assert {test.status for test in made.tests} == {"passed"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "import org.mockito.Mockito;\nclass TaxTest {\n@org.junit.jupiter.api.Test void a() {}\n}\n",
            "cannot be run: .*mockito",
        ),
        ("class TaxTest { void a( }\n", "TaxTest.java: "),
    ],
)  # fmt: skip
def test_a_class_that_cannot_be_run_is_said_by_name(text: str, why: str) -> None:
    with pytest.raises(SourceBroken, match=why) as error:
        run({SOURCE: TAX, TEST: text}, SOURCE, TEST)
    assert TEST in str(error.value)


@pytest.mark.parametrize(
    ("line", "framework"),
    [
        ("import org.junit.Test;", "JUnit 4"),
        ("import static org.junit.Assert.*;", "JUnit 4"),
        ("import junit.framework.TestCase;", "JUnit 3"),
        ("import org.testng.annotations.Test;", "TestNG"),
    ],
)
def test_another_framework_is_named_before_anything_is_run(line: str, framework: str) -> None:
    project = Project({"A.java": b"", "ATest.java": f"{line}\nclass ATest {{}}\n".encode()}, "A.java")
    with pytest.raises(OtherFramework, match=f"written for {framework}.*JUnit 5 only"):
        existing(project, Options(existing=("ATest.java",)))


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "not among the files"), ({"T.java": b"\xff"}, "cannot be read"), ({"T.java": b"class {"}, "^T.java: ")],
)
def test_a_file_that_is_not_there_or_no_text_is_said(files: dict[str, bytes], why: str) -> None:
    with pytest.raises(SourceBroken, match=why):
        existing(Project({"A.java": b"", **files}, "A.java"), Options(existing=("T.java",)))


def test_no_file_is_asked_for_and_a_mixed_one_is_ours() -> None:
    assert existing(Project({"A.java": b""}, "A.java"), Options()) is None
    mixed = b"import org.junit.Test;\nimport org.junit.jupiter.api.Assertions;\nclass T {}\n"
    assert existing(Project({"A.java": b"", "T.java": mixed}, "A.java"), Options(existing=("T.java",))) is not None


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("class T { @Test void a() {} }", False),
        ("public final class T { }", False),
        ("abstract class T { @Test void a() {} }", True),
        ("@Disabled class T { @Test void a() {} }", True),
        ("@RunWith(Old.class) public class T { }", True),
        ("interface T { }", True),
        ("class Other { @Test void a() {} }", True),
        ("", True),
    ],
)
def test_a_class_is_closed_where_new_tests_would_not_run(text: str, closed: bool) -> None:
    assert Existing("x/T.java", text).closed is closed


@pytest.mark.parametrize(
    ("nested", "found"),
    [("@Nested class Of {}", True), ("@Nested class OfTests {}", True), ("@Nested class WhenOf {}", True),
     ("class Of {}", False), ("@Nested class Office {}", False)],
)  # fmt: skip
def test_a_nested_class_is_told_by_its_name(nested: str, found: bool) -> None:
    there = Existing("T.java", f"class T {{ {nested} @Test void a() {{}} }}")
    body = there.body_for("of")
    assert body is not None
    assert body.text is not None
    assert (body.text == b"{}") is found


def row(*args: str, name: str = "of", static: bool = True, constructs: bool = False) -> Case:
    seen = Seen(kind="value", text="1")
    made = Row(
        symbol="Tax.of", owner="shop.Tax", name=name, static=static, constructs=constructs,
        maker=None if static else (), before=(), args=args, parameters=tuple("abc"[: len(args)]), seen=seen,
    )  # fmt: skip
    return Case(made, "regression")


@pytest.mark.parametrize(
    ("one", "repeated"),
    [
        (row("1", "2"), True),
        (row("2", "1"), False),
        (row('"a b"', name="name"), True),
        (row("new int[] {1, 2}", name="sum"), True),
        (row("1", "2", static=False), False),
        (row("7", constructs=True, name="Tax"), True),
        (row("8", constructs=True, name="Tax"), False),
        (row("(", name="broken"), False),
    ],
)
def test_a_call_that_is_made_already_is_a_repetition(one: Case, repeated: bool) -> None:
    text = """class T { void a() {
      Tax.of(1,
          /* two */ 2); Tax.name("a b"); Tax.sum(new int[]{1,2}); new Tax( 7 );
    } }"""
    assert Existing("T.java", text).repeats(one) is repeated


def test_names_imports_and_types_are_read() -> None:
    there = Existing("x/TaxTest.java", MINE)
    assert there.names == {"tenPercent", "knownToFail"}
    assert there.types == {"TaxTest", "Of"}
    assert [(one.simple, one.static) for one in there.imports] == [
        ("assertEquals", True), ("DisplayName", False), ("Nested", False), ("Test", False),
    ]  # fmt: skip
    assert there.tested
    assert not Existing("T.java", "class T {}").tested
