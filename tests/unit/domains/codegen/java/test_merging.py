"""Where new tests and imports go in a JUnit class that is there, and that nothing else of it changes."""

from __future__ import annotations

import pytest

from domains.codegen.java.existing import Existing
from domains.codegen.java.merging import Merge
from domains.codegen.java.reading import read
from domains.codegen.java.rendering import Case, Written
from domains.codegen.java.running import Row, Seen

TAX = "package shop;\npublic class Tax { }\n"
STATIC = "import static org.junit.jupiter.api.Assertions."
TEST = "import org.junit.jupiter.api.Test;"


def of(name: str, *lines: str, method: str = "of") -> Written:
    row = Row(
        symbol=f"Tax.{method}", owner="shop.Tax", name=method, static=True, constructs=False, maker=None, before=(),
        args=(), parameters=(), seen=Seen(kind="value", text="1"),
    )  # fmt: skip
    body = "\n".join(f"  {line}" for line in lines or ("assertEquals(1, Tax.of());",))
    return Written(name, f"@Test\nvoid {name}() throws Exception {{\n{body}\n}}", Case(row, "regression"))


def merged(there: str, *written: Written, source: str = TAX) -> str:
    found = Existing("TaxTest.java", there)
    text = Merge(found, read(source.encode())).merged(list(written) or [of("ofIs1")])
    read(text.encode())
    rest = iter(text)
    assert all(sign in rest for sign in there), "something that was there is gone"
    return text


def head(*imports: str) -> str:
    return "package shop;\n\n" + "".join(f"{line}\n" for line in imports) + "\nclass TaxTest {\n}\n"


@pytest.mark.parametrize(
    ("imports", "wanted", "call"),
    [
        ((f"{STATIC}*;", TEST), (f"{STATIC}*;", TEST), " assertEquals("),
        ((f"{STATIC}assertEquals;", TEST), (f"{STATIC}assertEquals;", TEST), " assertEquals("),
        ((f"{STATIC}assertAll;", TEST), (f"{STATIC}assertAll;", f"{STATIC}assertEquals;", TEST), " assertEquals("),
        ((f"{STATIC}fail;", TEST), (f"{STATIC}assertEquals;", f"{STATIC}fail;", TEST), " assertEquals("),
        ((TEST,), (f"{STATIC}assertEquals;", "", TEST), " assertEquals("),
        (
            ("import org.junit.jupiter.api.Assertions;", TEST),
            ("import org.junit.jupiter.api.Assertions;", TEST),
            " Assertions.assertEquals(",
        ),
        (("import org.junit.jupiter.api.*;",), ("import org.junit.jupiter.api.*;",), " Assertions.assertEquals("),
        (
            ("import static org.mine.Checks.assertEquals;", TEST),
            ("import static org.mine.Checks.assertEquals;", "import org.junit.jupiter.api.Assertions;", TEST),
            " Assertions.assertEquals(",
        ),
    ],
)
def test_assertions_are_written_and_imported_as_the_file_does(
    imports: tuple[str, ...], wanted: tuple[str, ...], call: str
) -> None:
    text = merged(head(*imports))
    assert text.startswith("package shop;\n\n" + "\n".join(wanted) + "\n\nclass TaxTest {")
    assert call in text


def test_assertions_of_its_own_are_not_ours() -> None:
    there = f"package shop;\n\n{TEST}\n\nclass TaxTest {{\n  void assertEquals(int a, int b) {{}}\n}}\n"
    text = merged(there)
    assert "import org.junit.jupiter.api.Assertions;" in text
    assert "    Assertions.assertEquals(1, Tax.of());" in text


LISTS = of("ofList", "assertEquals(List.of(1), Tax.of(new ArrayList<>(Arrays.asList(1))));")


def test_library_types_are_imported_in_their_place() -> None:
    text = merged(head(f"{STATIC}*;", "", "import java.util.Map;", TEST), LISTS)
    lines = [line for line in text.split("\n") if line.startswith("import java")]
    assert lines == [f"import java.util.{name};" for name in ("ArrayList", "Arrays", "List", "Map")]


def test_a_type_of_the_same_name_leaves_ours_its_full_one() -> None:
    text = merged(head(f"{STATIC}*;", "import org.mine.List;", TEST), LISTS)
    assert "java.util.List.of(1)" in text
    assert "import java.util.List;" not in text
    assert "Arrays.asList(1)" in text


def test_all_of_a_package_is_enough() -> None:
    text = merged(head(f"{STATIC}*;", "import java.util.*;", TEST), LISTS)
    assert text.count("import java.util") == 1


def test_another_package_imports_what_is_tested() -> None:
    text = merged(head(f"{STATIC}*;", TEST).replace("package shop", "package checks"))
    assert "import shop.Tax;" in text
    assert "import shop.Tax;" not in merged(head(f"{STATIC}*;", TEST))


def test_another_annotation_called_test_is_not_ours() -> None:
    text = merged(head(f"{STATIC}*;", "import org.mine.Test;"))
    assert "@org.junit.jupiter.api.Test\n" in text
    assert "import org.junit.jupiter.api.Test;" not in text


@pytest.mark.parametrize(
    ("there", "start"),
    [
        ("package shop;\n\nclass TaxTest {\n}\n", "package shop;\n\nimport "),
        ("// mine\npackage shop; // here\n\nclass TaxTest {\n}\n", "// mine\npackage shop; // here\n\nimport "),
    ],
)
def test_without_imports_they_follow_the_package(there: str, start: str) -> None:
    text = merged(there)
    assert text.startswith(start)
    assert f"{STATIC}assertEquals;" in text
    assert TEST in text


CLASS = f"""package shop;

{STATIC}*;

{TEST}

class TaxTest {{
    private int before;

    @Test
    void first() {{}} // mine

    private static final int AFTER = 1;

    // the end
}}

class Second {{
}}
"""


def test_methods_follow_the_last_one_at_its_indentation() -> None:
    text = merged(CLASS, of("ofIs1"), of("ofIs2"))
    body = "() throws Exception {\n        assertEquals(1, Tax.of());\n    }\n\n    "
    assert f"// mine\n\n    @Test\n    void ofIs1{body}@Test\n    void ofIs2" in text
    assert text.index("void ofIs2") < text.index("AFTER") < text.index("the end")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("{}", "class TaxTest {\n  @Test\n  void ofIs1()"),
        ("{\n}", "class TaxTest {\n  @Test\n  void ofIs1()"),
        ("{ @Test void a() {} }", "void a() {}\n\n  @Test\n  void ofIs1()"),
        ("{\n\tint a;\n}", "\tint a;\n\n\t@Test\n\tvoid ofIs1() throws Exception {\n\t\tassertEquals("),
        (
            "{\n   // only this\n}",
            "   // only this\n\n   @Test\n   void ofIs1() throws Exception {\n      assertEquals(",
        ),
    ],
)
def test_classes_of_any_shape_take_methods(body: str, wanted: str) -> None:
    text = merged(f"package shop;\n{STATIC}*;\n{TEST}\nclass TaxTest {body}\n")
    assert wanted in text
    assert text.rstrip().endswith("}")


def test_a_nested_class_of_the_method_takes_its_tests_alone() -> None:
    nested = CLASS.replace(
        "    // the end\n", "    @Nested\n    class Of {\n        @Test\n        void inner() {}\n    }\n"
    )
    text = merged(nested, of("ofIs1"), of("nameIsA", method="name"))
    assert "        void inner() {}\n\n        @Test\n        void ofIs1()" in text
    assert text.index("// mine") < text.index("    void nameIsA()") < text.index("AFTER")


def test_long_lines_are_broken_as_in_generated_files() -> None:
    text = merged(CLASS, of("long", f"assertEquals({', '.join(['1234567890123'] * 7)}, Tax.of());"))
    assert "        assertEquals(\n" in text


def test_a_file_with_line_ends_of_windows_keeps_to_them() -> None:
    text = merged(CLASS.replace("\n", "\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert "void ofIs1()" in text


def test_signs_of_other_scripts_do_not_shift_places() -> None:
    text = merged(CLASS.replace("// mine", "// 我的 😀").replace("// the end", "// 完"))
    assert text.index("我的 😀") < text.index("void ofIs1()") < text.index("完")


@pytest.mark.parametrize(
    ("there", "source", "possible"),
    [
        ("package shop;\nclass TaxTest {}", TAX, True),
        ("package checks;\nclass TaxTest {}", TAX, True),
        ("class TaxTest {}", "class Tax {}", True),
        ("package checks;\nclass TaxTest {}", "class Tax {}", False),
        ("package shop;\nabstract class TaxTest {}", TAX, False),
    ],
)
def test_what_has_no_package_is_not_seen_from_one(there: str, source: str, possible: bool) -> None:
    assert Merge(Existing("TaxTest.java", there), read(source.encode())).possible is possible
