"""Generated tests as JSON."""

from __future__ import annotations

import json

from domains.codegen.engine.types import Contribution, Coverage, Generated, WrittenTest
from domains.codegen.wire import test_fields as fields_of_test
from domains.codegen.wire import to_fields

TEST = WrittenTest("test_a", "contract", "passed", "f() -> 1", "f", "def test_a(): ...", "It is one.", ("name",))


def made(model: Contribution | None = None) -> Generated:
    plain = (Coverage(1.0, None), None, 4, 3, (), (), (), {"total_s": 0.1})
    files = {"test_m.py": "..."}
    return Generated(files, (TEST,), *plain) if model is None else Generated(files, (TEST,), *plain, model)


def test_a_test_says_what_a_model_gave() -> None:
    told = fields_of_test(TEST)
    assert (told["reason"], told["by_model"]) == ("It is one.", ["name"])


def test_without_a_model_the_answer_says_so() -> None:
    told = to_fields(made())["model"]
    assert told["state"] == "off"
    assert all(not value for key, value in told.items() if key != "state")


def test_what_a_model_gave_is_summed_up() -> None:
    told = to_fields(made(Contribution("asked", "small", 7, 3, 2, 1, 1, 0, 4, 2.5)))["model"]
    assert told == {
        "state": "asked", "name": "small", "questions": 7, "names": 3, "reasons": 2, "inputs": 1, "expectations": 1,
        "bugs": 0, "refused": 4, "seconds": 2.5,
    }  # fmt: skip


def test_all_of_it_is_json() -> None:
    assert json.loads(json.dumps(to_fields(made())))["tests"][0]["name"] == "test_a"
