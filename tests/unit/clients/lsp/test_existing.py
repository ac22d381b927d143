"""Tests that are there are sent along with what they need, and asked again without where a server cannot run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clients.lsp.api import Generated
from clients.lsp.existing import Answer, There, asked, with_tests
from clients.lsp.neighbours import gathered_around
from clients.lsp.places import MOST_CHARACTERS, gathered
from clients.lsp.problems import Problem, Text
from tests.unit.clients.lsp.test_testplaces import LANGUAGES, read, written

SOURCE = "def net(n):\n    return n\n"
TESTS = "from till import net\nfrom tests.tables import ROWS\n\n\ndef test_ours():\n    assert net(1) == 1\n"
PROJECT = {
    "till.py": SOURCE,
    "tests/__init__.py": "",
    "tests/test_till.py": TESTS,
    "tests/tables.py": "from rates import RATE\n\nROWS = [RATE]\n",
    "tests/conftest.py": "import fixtures\n",
    "conftest.py": "import pytest\n",
    "fixtures.py": "X = 1\n",
    "rates.py": "RATE = 2\n",
    "unrelated.py": "",
}
MADE = Generated(
    files={}, tests=[], executed=True, line_coverage=1.0, branch_coverage=None, mutation_score=None, suspected_bugs=[]
)


def sending(root: Path, source: str, files: dict[str, str], setting: str = "") -> tuple[dict[str, Any], There | None]:
    """What is sent of a project on the disk."""
    written(root, files)
    language, path = LANGUAGES[Path(source).suffix], root / source
    found = (
        gathered(path, files[source], read)
        if language == "python"
        else gathered_around(path, files[source], root, language, read)
    )
    return with_tests(path, {"language": language, "files": found.files, "target": found.target}, root, setting, read)


def test_the_tests_go_along_with_the_fixtures_above_them_and_what_both_import(tmp_path: Path) -> None:
    body, there = sending(tmp_path, "till.py", PROJECT)
    assert there == There(tmp_path / "tests/test_till.py", "tests/test_till.py", TESTS)
    assert list(body["existing"]) == ["tests/test_till.py", "tests/conftest.py", "conftest.py"]
    assert set(body["files"]) == {"till.py", "fixtures.py", "rates.py", "tests/__init__.py", "tests/tables.py"}
    assert body["target"] == "till.py"


def test_without_tests_nothing_is_different(tmp_path: Path) -> None:
    body, there = sending(tmp_path, "till.py", {"till.py": SOURCE})
    assert body == {"language": "python", "files": {"till.py": SOURCE}, "target": "till.py"}
    assert there is None


def test_the_module_has_the_name_by_which_its_tests_import_it(tmp_path: Path) -> None:
    files = {"src/shop/till.py": SOURCE, "tests/test_till.py": "from shop.till import net\n"}
    body, there = sending(tmp_path, "src/shop/till.py", files)
    assert (body["target"], list(body["files"])) == ("shop/till.py", ["shop/till.py"])
    assert there is not None
    assert there.name == "tests/test_till.py"


def test_line_ends_of_windows_are_not_sent(tmp_path: Path) -> None:
    (tmp_path / "till.py").write_text(SOURCE)
    (tmp_path / "test_till.py").write_bytes(TESTS.replace("\n", "\r\n").encode())
    plain = {"language": "python", "files": {"till.py": SOURCE}, "target": "till.py"}
    body, _ = with_tests(
        tmp_path / "till.py", plain, tmp_path, "", lambda p: p.read_bytes().decode() if p.is_file() else None
    )
    assert body["existing"] == {"test_till.py": TESTS}


def test_tests_that_are_too_large_stay_here_and_are_still_where_new_ones_go(tmp_path: Path) -> None:
    body, there = sending(tmp_path, "till.py", {"till.py": SOURCE, "test_till.py": f"# {'x' * MOST_CHARACTERS}\n"})
    assert "existing" not in body
    assert there is not None
    assert there.path == tmp_path / "test_till.py"


def test_tests_of_jest_go_along_with_what_they_import(tmp_path: Path) -> None:
    ours = 'import { net } from "../till";\nimport { rows } from "./rows";\n'
    files = {
        "src/till.ts": "export const net = 1;\n",
        "src/__tests__/till.spec.ts": ours,
        "src/__tests__/rows.ts": "1;\n",
    }
    body, there = sending(tmp_path, "src/till.ts", files)
    assert body["existing"] == {"src/__tests__/till.spec.ts": ours}
    assert set(body["files"]) == {"src/till.ts", "src/__tests__/rows.ts"}
    assert there is not None
    assert tmp_path / there.name == there.path


def test_tests_of_junit_go_along_from_across_the_source(tmp_path: Path) -> None:
    main, tests = "src/main/java/shop/", "src/test/java/shop/"
    ours = "package shop;\n\nclass TillTest {\n  Rows rows;\n}\n"
    files = {
        f"{main}Till.java": "package shop;\n\nclass Till {}\n", f"{tests}TillTest.java": ours,
        f"{tests}Rows.java": "package shop;\n\nclass Rows {}\n",
    }  # fmt: skip
    body, _ = sending(tmp_path, f"{main}Till.java", files)
    assert body["existing"] == {f"{tests}TillTest.java": ours}
    assert set(body["files"]) == {f"{main}Till.java", f"{tests}Rows.java"}


FIXTURE = "import pytest\n\nfrom till import net\nfrom tests.tables import ROWS\n"


def test_for_first_tests_the_fixtures_go_along_that_are_in_force_where_these_will_stand(tmp_path: Path) -> None:
    files = {
        "till.py": SOURCE,
        "conftest.py": "import fixtures\n",
        "fixtures.py": "X = 1\n",
        "tests/conftest.py": FIXTURE,
        "tests/tables.py": "ROWS = []\n",
        "tests/unit/conftest.py": "Y = 1\n",
        "tests/functional/conftest.py": "Z = 1\n",
        "other/conftest.py": "Z = 2\n",
    }
    body, there = sending(tmp_path, "till.py", files)
    assert there is None
    assert list(body["existing"]) == ["tests/unit/conftest.py", "tests/conftest.py", "conftest.py"]
    assert body["existing"]["tests/conftest.py"] == FIXTURE
    assert set(body["files"]) == {"till.py", "fixtures.py", "tests/tables.py"}
    assert body["target"] == "till.py"


@pytest.mark.parametrize(
    ("setting", "sent"),
    [("", ["shop/conftest.py", "conftest.py"]), ("spec/${folder}", ["spec/shop/conftest.py", "conftest.py"])],
)
def test_they_are_those_beside_the_module_or_of_the_folder_that_is_set(
    tmp_path: Path, setting: str, sent: list[str]
) -> None:
    named = ("shop/__init__.py", "shop/till.py", "shop/conftest.py", "conftest.py", "spec/shop/conftest.py")
    body, _ = sending(tmp_path, "shop/till.py", dict.fromkeys(named, SOURCE), setting)
    assert list(body["existing"]) == sent


def test_the_module_has_the_name_by_which_a_conftest_imports_it(tmp_path: Path) -> None:
    files = {"src/shop/till.py": SOURCE, "tests/conftest.py": "from shop.till import net\n"}
    body, _ = sending(tmp_path, "src/shop/till.py", files)
    assert (body["target"], list(body["files"])) == ("shop/till.py", ["shop/till.py"])
    assert list(body["existing"]) == ["tests/conftest.py"]


def test_a_conftest_that_does_not_fit_is_left_out_and_the_others_go_along(tmp_path: Path) -> None:
    files = {"till.py": SOURCE, "tests/conftest.py": f"# {'x' * MOST_CHARACTERS}\n", "conftest.py": "A = 1\n"}
    assert list(sending(tmp_path, "till.py", files)[0]["existing"]) == ["conftest.py"]
    (tmp_path / "conftest.py").unlink()
    del files["conftest.py"]
    body, _ = sending(tmp_path, "till.py", files)
    assert body == {"language": "python", "files": {"till.py": SOURCE}, "target": "till.py"}


def test_no_more_go_along_than_the_server_takes_and_the_nearest_always(tmp_path: Path) -> None:
    folders = ["/".join(f"d{n}" for n in range(count + 1)) for count in range(30)]
    files = {f"{folders[-1]}/till.py": SOURCE, **{f"{one}/conftest.py": f"A = '{one}'\n" for one in folders}}
    body, _ = sending(tmp_path, f"{folders[-1]}/till.py", files)
    assert len(body["existing"]) == 19
    assert next(iter(body["existing"].values())) == f"A = '{folders[-1]}'\n"


def test_a_conftest_is_nothing_to_modules_in_other_languages(tmp_path: Path) -> None:
    body, _ = sending(tmp_path, "till.js", {"till.js": "exports.a = 1;\n", "conftest.py": "A = 1\n"})
    assert "existing" not in body


async def test_a_server_that_cannot_use_the_fixtures_is_asked_without_them() -> None:
    server = Server("broken_source")
    answer = await asked({"existing": {"conftest.py": ""}}, {}, None, server.ask)
    assert (server.seen, answer.there, answer.added) == ([True, False], None, False)
    assert answer.unable is not None


class Server:
    """Refuses what has tests with it, by a code."""

    def __init__(self, code: str) -> None:
        self.code, self.seen = code, list[bool]()

    async def ask(self, body: dict[str, Any]) -> Generated:
        self.seen.append("existing" in body)
        if "existing" in body:
            raise Problem(self.code, Text("no", "否"), detail="tests/test_till.py cannot be run")
        return MADE


THERE = There(Path("/p/test_till.py"), "test_till.py", TESTS)


@pytest.mark.parametrize(
    ("code", "unable"),
    [
        ("broken_source", True),
        ("syntax_error", True),
        ("too_large", True),
        ("other_framework", True),
        ("invalid_input", False),
    ],
)
async def test_where_a_server_cannot_run_them_it_is_asked_without_them(code: str, unable: bool) -> None:
    server = Server(code)
    answer = await asked({"existing": {"test_till.py": TESTS}}, {}, THERE, server.ask)
    assert server.seen == [True, False]
    assert (answer.made, answer.there, answer.added, answer.grew("test_till.py")) == (MADE, THERE, False, False)
    assert (answer.unable is not None) == unable


@pytest.mark.parametrize("code", ["not_authenticated", "rate_limited", "nothing_to_test"])
async def test_what_the_tests_are_not_to_blame_for_is_told_at_once(code: str) -> None:
    server = Server(code)
    with pytest.raises(Problem, match=code):
        await asked({"existing": {"test_till.py": TESTS}}, {}, THERE, server.ask)
    assert server.seen == [True]


async def test_without_tests_it_is_asked_once() -> None:
    server = Server("broken_source")
    answer = await asked({}, {}, None, server.ask)
    assert (server.seen, answer.there, answer.added) == ([False], None, False)


async def test_the_file_that_was_there_comes_back_under_its_name() -> None:
    async def ask(body: dict[str, Any]) -> Generated:
        return MADE

    answer = await asked({"existing": {"test_till.py": TESTS}}, {}, THERE, ask)
    assert answer.grew("test_till.py")
    assert not answer.grew("test_till_suspected.py")


@pytest.mark.parametrize(
    ("name", "source", "code", "wanted"),
    [
        ("test_till.py", "till.py", "broken_source", None),
        ("src/till.test.js", "src/till.js", "syntax_error", None),
        ("MoreTest.java", "More.java", "broken_source", None),
        ("test_till_suspected.py", "till.py", "broken_source", "test_till_suspected.py"),
        ("tests/test_till_more.py", "till.py", "broken_source", "test_till_more.py"),
        ("till.test.ts", "till.ts", "other_framework", "till.more.test.ts"),
        ("shop/TillTest.java", "shop/Till.java", "other_framework", "TillMoreTest.java"),
    ],
)
def test_tests_that_pass_go_into_the_file_that_is_there_and_others_beside_it(
    name: str, source: str, code: str, wanted: str | None
) -> None:
    made = MADE.model_copy(update={"files": {name: "class TillTest { TillTests a; }"}})
    answer = Answer(made, THERE, refused=Problem(code, Text("no", "否")))
    found = answer.apart(name, Path(source), LANGUAGES[Path(source).suffix])
    assert (found and found[0]) == wanted
    assert found is None or ("TillMoreTest {" in found[1]) == (wanted == "TillMoreTest.java")
    assert found is None or "TillTests a" in found[1]
