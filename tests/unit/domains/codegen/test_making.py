"""A file finds its generator, and tests tell whether they fail."""

from __future__ import annotations

import pytest

from domains.codegen.engine.errors import NothingToTest
from domains.codegen.engine.types import Options, Project
from domains.codegen.making import fails, generate
from sandbox import Sandbox

DOUBLE = b"exports.double = (n) => n * 2;\n"
TEST = (
    'const { double } = require("./double");\n'
    'describe("double", () => { test("gives 6 for 3", () => { expect(double(3)).toBe(6); }); });\n'
)


def test_a_file_in_another_language_is_refused() -> None:
    with pytest.raises(NothingToTest, match=r"main\.rb"):
        generate(Sandbox(), Project({"main.rb": b"def f; end"}, "main.rb"), Options())


def test_a_module_of_python_still_goes_to_the_engine_of_python() -> None:
    made = generate(
        Sandbox(), Project({"a.py": b"def f(n: int) -> int:\n    return n + 1\n"}, "a.py"), Options((), 1.0)
    )
    assert list(made.files) == ["test_a.py"]


@pytest.mark.parametrize(
    ("source", "failing"),
    [
        (DOUBLE, False),
        (DOUBLE.replace(b"* 2", b"+ 2"), True),
        (b"exports.double = (n) => { for (;;); };\n", True),
        (b"throw new Error('it does not load');\n", True),
        (b"this is no JavaScript\n", True),
    ],
)
def test_tests_fail_on_a_wrong_version_alone(source: bytes, failing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domains.codegen.javascript.gating._WALL_S", 10.0)  # an endless loop costs all of it
    assert fails(Sandbox(), Project({"double.js": source}, "double.js"), {"double.test.js": TEST}) is failing
