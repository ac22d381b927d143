"""What is accepted for test generation, and how the rest is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.api import inputs
from assistant.api.testinputs import MAX_SOURCE, TestsInput
from assistant.errors import AssistantError


def read(**fields: Any) -> TestsInput:
    return inputs.parse(TestsInput, json.dumps(fields).encode(), "application/json")


def refused(**fields: Any) -> AssistantError:
    with pytest.raises(AssistantError) as error:
        read(**fields).project()
    return error.value


def test_a_source_alone_is_a_project_of_one_file() -> None:
    project = read(source="x = '你'", filename="shop.py").project()
    assert project.module == "shop"
    assert project.source == "x = '你'"


def test_a_set_of_files_keeps_its_paths() -> None:
    project = read(files={"a/__init__.py": "", "a/b.py": "x = 1"}, target="a/b.py").project()
    assert project.module == "a.b"
    assert set(project.files) == {"a/__init__.py", "a/b.py"}


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"language": "javascript"}, "module.js"),
        ({"language": "TypeScript"}, "module.ts"),
        ({"language": "typescript", "filename": "cart.tsx"}, "cart.tsx"),
        ({"language": "typescript", "filename": "cart.js"}, "cart.js"),
        ({"language": "javascript", "framework": "Jest", "filename": "a.mjs"}, "a.mjs"),
        ({"language": "java"}, "Module.java"),
        ({}, "module.py"),
    ],
)
def test_a_source_without_a_name_gets_one_of_its_language(fields: dict[str, Any], target: str) -> None:
    assert read(source="", **fields).project().target == target


def test_options_have_their_defaults() -> None:
    options = read(source="").options()
    assert (options.symbols, options.budget_s, options.seed) == ((), 8.0, 1)
    assert read(source="", symbols=["f"], budget=3).options().symbols == ("f",)


def test_an_existing_test_file_comes_along_with_its_fixtures_and_is_added_to() -> None:
    there = {"tests/conftest.py": "", "tests/test_shop.py": "def test_it(): ..."}
    asked = read(source="x = 1", filename="shop.py", existing=there)
    assert set(asked.project().files) == {"shop.py", *there}
    assert asked.project().target == "shop.py"
    assert asked.options().existing == ("tests/test_shop.py",)


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["tests/conftest.py"], "tests"),
        (["conftest.py", "tests/unit/conftest.py", "tests/conftest.py"], "tests/unit"),
        (["conftest.py"], "."),
        (["conftest.py", "tests/test_shop.py"], None),
        ([], None),
    ],
)
def test_fixtures_alone_say_where_new_tests_will_stand(names: list[str], folder: str | None) -> None:
    asked = read(source="x = 1", filename="shop.py", existing=dict.fromkeys(names, ""))
    assert asked.options().folder == folder
    assert "conftest.py" not in "".join(asked.options().existing)
    assert set(asked.project().files) == {"shop.py", *names}


@pytest.mark.parametrize(
    ("language", "filename", "path"),
    [
        ("javascript", "shop.js", "tests/shop.test.js"),
        ("typescript", "shop.ts", "shop.test.ts"),
        ("typescript", "shop.ts", "shop.test.js"),
        ("java", "Shop.java", "src/test/java/ShopTest.java"),
    ],
)
def test_a_test_file_of_any_language_is_handed_on(language: str, filename: str, path: str) -> None:
    asked = read(source="x", language=language, filename=filename, existing={path: "y"})
    assert asked.project().files == {filename: b"x", path: b"y"}
    assert asked.options().existing == (path,)


def test_an_existing_file_never_takes_the_place_of_the_source() -> None:
    assert read(source="x = 1", filename="shop.py", existing={"shop.py": "y = 2"}).project().source == "x = 1"


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({}, "invalid_input", 400),
        ({"source": "", "files": {}}, "invalid_input", 400),
        ({"files": {"a.py": ""}}, "invalid_input", 400),
        ({"files": {"a.py": ""}, "target": "b.py"}, "invalid_input", 400),
        ({"source": "", "budget": 0.5}, "invalid_input", 400),
        ({"source": "", "budget": 61}, "invalid_input", 400),
        ({"source": "", "misspelt": 1}, "invalid_input", 400),
        ({"source": "", "language": "cobol"}, "unknown_language", 400),
        ({"source": "", "language": "java", "existing": {"a.test.js": ""}}, "bad_path", 400),
        ({"source": "", "language": "javascript", "existing": {"ATest.java": ""}}, "bad_path", 400),
        ({"source": "", "language": "typescript", "existing": {"test_a.py": ""}}, "bad_path", 400),
        ({"source": "", "language": "javascript", "existing": {"../a.test.js": ""}}, "bad_path", 400),
        ({"source": "", "existing": {"../test_a.py": ""}}, "bad_path", 400),
        ({"source": "", "language": "java", "framework": "testng"}, "missing_runner", 422),
        ({"source": "", "language": "JavaScript", "framework": "mocha"}, "missing_runner", 422),
        ({"source": "", "language": "javascript", "filename": "x.py"}, "bad_path", 400),
        ({"source": "", "language": "python", "filename": "x.ts"}, "bad_path", 400),
        ({"source": "", "framework": "unittest"}, "missing_runner", 422),
        ({"source": "", "filename": "../x.py"}, "bad_path", 400),
        ({"source": "", "filename": "/etc/x.py"}, "bad_path", 400),
        ({"source": "", "filename": "x.txt"}, "bad_path", 400),
        ({"files": {"a.py": "", "b/../../c.py": ""}, "target": "a.py"}, "bad_path", 400),
        ({"source": "x" * (MAX_SOURCE + 1)}, "too_large", 413),
    ],
)
def test_what_cannot_be_done_is_told_by_code(fields: dict[str, Any], code: str, status: int) -> None:
    error = refused(**fields)
    assert (error.code, error.status) == (code, status)
    assert any("\u4e00" <= c <= "\u9fff" for c in error.text.zh)


def test_a_lone_surrogate_does_not_break_the_door() -> None:
    body = b'{"source": "x = \'\\ud800\'"}'
    with pytest.raises(AssistantError) as error:
        inputs.parse(TestsInput, body, "application/json").project()
    assert error.value.code in {"invalid_input", "invalid_json"}


@pytest.mark.parametrize(("fields", "wanted"), [({}, True), ({"model": "auto"}, True), ({"model": "off"}, False)])
def test_a_model_may_help_unless_it_is_told_off(fields: dict[str, Any], wanted: bool) -> None:
    assert read(source="x = 1", **fields).options().model is wanted


def test_there_is_no_third_wish_about_the_model() -> None:
    with pytest.raises(AssistantError) as error:
        read(source="x = 1", model="always")
    assert error.value.code == "invalid_input"
