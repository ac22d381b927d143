from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from inference.moe.errors import BadOwnExpert
from inference.serving import own
from inference.serving.config import GpuKernel, HouseKernel

COPY = "3=inference.moe.copying:make"
HOUSE = HouseKernel(Path("/k/lib.so"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps({"num_experts": 4}))
    return tmp_path


def test_an_expert_in_code_is_named_by_number(model: Path) -> None:
    assert own.checked([COPY], model, HOUSE) == {3: "inference.moe.copying:make"}


def test_the_model_must_have_such_an_expert(model: Path) -> None:
    with pytest.raises(BadOwnExpert, match="4 experts"):
        own.checked(["4=inference.moe.copying:make"], model, HOUSE)


@pytest.mark.parametrize("kernel", [None, GpuKernel()], ids=["vLLM's", "on a GPU"])
def test_another_kernel_knows_of_no_code(model: Path, kernel: GpuKernel | None) -> None:
    with pytest.raises(BadOwnExpert, match="--kernel house"):
        own.checked([COPY], model, kernel)


def test_without_any_nothing_is_read_and_torch_is_not_imported(tmp_path: Path) -> None:
    code = "import sys, pathlib; from inference.serving import own; "
    code += "assert own.checked([], pathlib.Path('/nowhere'), None) == {}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_answers_say_which_experts_are_code() -> None:
    assert own.said("identical", {}) == "identical"
    assert own.said("identical", {3: "a:b", 1: "c:d"}) == "identical, in code: 1, 3"
