"""Whether a JUnit class bears new tests, told by running it with them; what it reaches and notices on the way."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.java.adding import Adding, begin
from domains.codegen.java.mutators import mutants
from domains.codegen.java.reading import read
from domains.codegen.java.rendering import Case, Written
from domains.codegen.java.runner import find
from domains.codegen.java.running import Row, Seen
from sandbox import Sandbox

SUM = """public class Sum {
  static int calls = 0;

  public static int to(int count) {
    calls++;
    int found = 0;
    for (int n = 0; n < count; n++) {
      found += n;
    }
    return found;
  }

  public static int never(int a) {
    return a + 1;
  }
}
"""
PLAIN = """import static org.junit.jupiter.api.Assertions.assertEquals;
import org.junit.jupiter.api.*;

@TestMethodOrder(MethodOrderer.MethodName.class)
class SumTest {
  @Test void a() { assertEquals(3, Sum.to(3)); }
  @Test void wrong() { assertEquals(7, Sum.never(2)); }
}
"""
LEANS = PLAIN.replace("  @Test void wrong", "  @Test void c() { assertEquals(1, Sum.calls); }\n  @Test void wrong")
ROW = Row(
    symbol="Sum.to", owner="Sum", name="to", static=True, constructs=False, maker=None, before=(), args=("4",),
    parameters=("count",), seen=Seen(kind="value", text="6"),
)  # fmt: skip
NEW = Written("b", "@Test\nvoid b() throws Exception {\n  assertEquals(6, Sum.to(4));\n}", Case(ROW, "regression"))


def begun(tests: str, *, budget: float = 2.0, **others: str) -> Adding | None:
    files = {"Sum.java": SUM, "SumTest.java": tests, **{f"{name}.java": text for name, text in others.items()}}
    project = Project({name: text.encode() for name, text in files.items()}, "Sum.java")
    options = Options(budget_s=budget, existing=("SumTest.java",))
    return begin(Sandbox(), find(), project, read(SUM.encode()), options, Watching(cancelled=threading.Event()))


def test_it_takes_tests_that_leave_the_others_as_they_were_and_tells_what_it_notices() -> None:
    adding = begun(PLAIN, budget=60.0)
    assert adding is not None
    assert adding.ran.ended == {"a": ["passed"], "wrong": ["failed"]}
    listed = mutants(SUM, read(SUM.encode()).root)
    killed = {(listed[n].line, listed[n].change) for n in adding.reached.killed}
    assert (7, "++ -> --") in killed, "a loop without end is noticed"
    assert (8, "+= -> -=") in killed
    assert not any(line >= 13 for line, _ in killed), "a test that fails notices nothing"
    assert any(way.startswith("Sum") for way in adding.reached.hit)
    settled = adding.settled([NEW])
    assert not settled.beside
    assert list(settled.files([NEW])) == ["SumTest.java"]
    assert settled.files([]) == {}


def test_a_test_that_would_end_otherwise_sends_them_beside() -> None:
    adding = begun(LEANS, SumMoreTest="class SumMoreTest {}")
    assert adding is not None
    settled = adding.settled([NEW])
    assert settled.beside
    ((name, text),) = settled.files([NEW]).items()
    assert name == "SumMore2Test.java"
    assert "class SumMore2Test {" in text
    assert settled.measured({name: text}) == {"SumTest.java": LEANS, name: text}
    assert list(settled.own("Suspected", [NEW], "Wrong.")) == ["SumSuspectedTest.java"]
    assert settled.own("Suspected", [], "Wrong.") == {}


def test_a_class_without_tests_is_filled() -> None:
    adding = begun("// mine\nclass SumTest {\n}\n")
    assert adding is not None
    assert (adding.before.line, adding.reached.hit) == (0.0, ())
    settled = adding.settled([NEW])
    text = settled.files([NEW])["SumTest.java"]
    assert not settled.beside
    assert "import org.junit.jupiter.api.Test;" in text
    assert "class SumTest {\n  @Test\n  void b()" in text


def test_a_class_that_does_not_compile_is_no_place_for_tests() -> None:
    with pytest.raises(SourceBroken, match=r"SumTest\.java cannot be run: .*SumTest\.java, line 3"):
        begun("import org.junit.jupiter.api.Test;\nclass SumTest {\n  @Test void a() { Gone.to(1); }\n}\n")
