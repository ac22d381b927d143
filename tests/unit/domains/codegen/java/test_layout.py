"""Long lines of Java are broken where google-java-format breaks them.

`golden/given.java` is written in long lines; `golden/wanted.java` is what google-java-format 1.28.0 makes of it
(`--skip-reflowing-long-strings`). Both lie here, so that no test needs the formatter.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domains.codegen.java.layout import COLUMNS, laid_out
from domains.codegen.java.reading import read

GOLDEN = Path(__file__).with_name("golden")
GIVEN = (GOLDEN / "given.java").read_text(encoding="utf-8")
WANTED = (GOLDEN / "wanted.java").read_text(encoding="utf-8")


def methods(source: str) -> list[str]:
    return re.findall(r"^  @Test\n.*?^  }$", source, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("n", range(len(methods(GIVEN))))
def test_a_test_is_laid_out_as_google_java_format_lays_it_out(n: int) -> None:
    given, wanted = methods(GIVEN)[n], methods(WANTED)[n]
    assert laid_out(f"class A {{\n{given}\n}}\n") == f"class A {{\n{wanted}\n}}\n"


def test_a_whole_file_is_laid_out_and_a_second_time_changes_nothing() -> None:
    made = laid_out(GIVEN)
    assert methods(made) == methods(WANTED)
    assert laid_out(made) == made


def test_nothing_but_spaces_is_changed() -> None:
    def bare(source: str) -> str:
        return re.sub(r"\s", "", source)

    assert bare(laid_out(GIVEN)) == bare(GIVEN)
    assert not read(laid_out(GIVEN).encode()).root.has_error


@pytest.mark.parametrize(
    "source",
    [
        "class A {\n  int short_ = 1;\n}\n",
        "class A {\n  // " + "long " * 40 + "\n}\n",
        "class A {\n  void a() {\n    " + "x" * COLUMNS + "\n}\n",
        "",
    ],
    ids=["short", "a comment", "does not parse", "nothing"],
)
def test_what_is_short_a_comment_or_no_java_stays(source: str) -> None:
    assert laid_out(source) == source


def test_letters_of_several_bytes_take_one_column() -> None:
    text = "价" * 60
    fits = f'class A {{\n  void a() {{\n    assertEquals("{text}", Cart.add(1, 2));\n  }}\n}}\n'
    assert laid_out(fits) == fits
    broken = laid_out(fits.replace("add(1, 2)", f'add("{text}")'))
    assert f'    assertEquals(\n        "{text}",\n        Cart.add(' in broken
