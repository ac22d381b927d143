"""The lock files say what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from infra.bootstrap.install import requirements
from tests.architecture.house import CHECKOUT

LOCKS = CHECKOUT / "infra" / "locks"


def _asked(*extras: str) -> list[Requirement]:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return [Requirement(line) for line in lines]


def _locked(name: str) -> dict[str, str]:
    blocks = requirements((LOCKS / name).read_text(encoding="utf-8"))
    pins = [re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block) for block in blocks]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


@pytest.mark.parametrize(
    ("lock", "extras"), [("cpu.txt", ["cpu"]), ("cpu-test.txt", ["cpu", "test"]), ("gpu.txt", ["gpu"])]
)
def test_what_pyproject_asks_for_is_locked_at_a_version_it_allows(lock: str, extras: list[str]) -> None:
    locked = _locked(lock)
    for asked in _asked(*extras):
        found = locked.get(canonicalize_name(asked.name))
        assert found is not None, f"{asked.name} is missing from {lock}: run infra/locks/compile.sh"
        assert asked.specifier.contains(Version(found), prereleases=True), f"{asked} but {lock} has {found}"


@pytest.mark.parametrize("lock", ["cpu.txt", "cpu-test.txt", "gpu.txt"])
def test_every_locked_package_carries_its_hashes(lock: str) -> None:
    blocks = requirements((LOCKS / lock).read_text(encoding="utf-8"))
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_a_run_and_its_tests_have_the_same_versions() -> None:
    run, test = _locked("cpu.txt"), _locked("cpu-test.txt")
    assert {name: (version, test.get(name)) for name, version in run.items() if test.get(name) != version} == {}


def test_the_cpu_lock_leaves_out_what_breaks_beside_a_cpu_pytorch() -> None:
    assert {"torchvision", "torchaudio", "torchcodec", "faiss-gpu-cu12"} & _locked("cpu.txt").keys() == set()


def test_the_locks_name_no_machine() -> None:
    for lock in LOCKS.glob("*.txt"):
        assert not re.search(r"file://|https?://|--find-links|--index", Path(lock).read_text(encoding="utf-8")), lock
