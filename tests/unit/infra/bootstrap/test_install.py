import shutil
import sys
import venv
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from assistant.config import env
from infra.bootstrap import install
from infra.bootstrap.checks import Problem
from infra.bootstrap.install import CHECKOUT, Environment


def _wheel(folder: Path, name: str) -> str:
    """A real wheel with one module; returns its line for a lock."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "VALUE = 1\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return f"{name}==1.0 \\\n    --hash=sha256:{sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def wanted(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment whose packages come from a folder of wheels made on the spot."""
    monkeypatch.setattr(install, "CHECKOUT", tmp_path)
    monkeypatch.setattr(install, "LOG", tmp_path / "logs" / "install.log")
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    (bare / "installed-from").unlink(missing_ok=True)
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "\n".join([_wheel(tmp_path, "alpha"), _wheel(tmp_path, "torch"), _wheel(tmp_path, "zeta")]), encoding="utf-8"
    )
    return Environment(bare, (lock,))


def test_what_the_lock_names_is_installed_and_not_again(
    wanted: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not wanted.is_done()
    install.install(wanted)
    assert wanted.is_done()
    assert "Installed 3 packages" in capsys.readouterr().out
    install.install(wanted)
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_again(wanted: Environment) -> None:
    install.install(wanted)
    lock = wanted.locks[0]
    lock.write_text(lock.read_text(encoding="utf-8") + "\n# newer\n", encoding="utf-8")
    assert not wanted.is_done()


def test_what_tests_need_also_does_for_a_run(wanted: Environment, tmp_path: Path) -> None:
    install.install(wanted)
    smaller = tmp_path / "smaller.txt"
    smaller.write_text(_wheel(tmp_path, "alpha"), encoding="utf-8")
    assert Environment(wanted.folder, (smaller, wanted.locks[0])).is_done()


def test_a_wheel_with_another_checksum_is_refused_and_nothing_is_marked_as_done(
    wanted: Environment, tmp_path: Path
) -> None:
    wrong = _wheel(tmp_path, "omega").partition("sha256:")[0] + f"sha256:{'0' * 64}"
    wanted.locks[0].write_text(wrong, encoding="utf-8")
    with pytest.raises(Problem, match="Installing failed") as problem:
        install.install(wanted)
    assert not wanted.is_done()
    assert "DO NOT MATCH THE HASHES" in str(problem.value)
    assert "安装失败" in str(problem.value)
    assert str(install.LOG) in str(problem.value)


def test_pytorchs_own_index_is_asked_only_for_the_cpu_build_and_only_when_it_is_nowhere_else(
    wanted: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, ...]] = []

    def pip(_wanted: Environment, blocks: list[str], *options: str) -> None:
        asked.append((blocks[0].split("==")[0], *options))
        if "+cpu" in blocks[0] and not options:
            raise Problem("ERROR: No matching distribution found for torch==2.13.0+cpu", "")

    monkeypatch.setattr(install, "_pip", pip)
    wanted.locks[0].write_text("alpha==1.0 --hash=sha256:a\ntorch==2.13.0+cpu --hash=sha256:b\n", encoding="utf-8")
    install.install(wanted)
    assert asked == [("torch",), ("torch", "--extra-index-url", install.PYTORCH_CPU_INDEX), ("alpha",)]


def test_another_failure_of_pytorch_is_told_and_not_retried_elsewhere(
    wanted: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pip(*_: object) -> None:
        raise Problem("no space left on device", "")

    monkeypatch.setattr(install, "_pip", pip)
    wanted.locks[0].write_text("torch==2.13.0+cpu --hash=sha256:b\n", encoding="utf-8")
    with pytest.raises(Problem, match="no space left"):
        install.install(wanted)


def test_a_gpu_has_an_environment_of_its_own_and_the_tests_stay_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi" if name == "nvidia-smi" else None)
    found = install.environment(env.read({}), tests=False)
    assert (found.folder.name, found.locks[0].name) == (".venv-gpu", "gpu.txt")
    assert install.environment(env.read({}), tests=True).locks[0].name == "cpu-test.txt"
    assert install.environment(env.read({"ACCELERATOR": "cpu"}), tests=False).locks[0].name == "cpu.txt"


def test_without_a_gpu_it_can_still_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert install.environment(env.read({}), tests=False).locks[0].name == "cpu.txt"
    assert install.environment(env.read({"ACCELERATOR": "gpu"}), tests=False).locks[0].name == "gpu.txt"


def test_every_package_of_a_lock_is_one_entry_with_its_hashes() -> None:
    text = (CHECKOUT / "infra" / "locks" / "cpu.txt").read_text(encoding="utf-8")
    blocks = install.requirements(text)
    assert len(blocks) == text.count("==")
    assert all("--hash=sha256:" in block for block in blocks)


def test_a_python_that_cannot_make_environments_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (tmp_path / "lock.txt").write_text("a==1 --hash=sha256:b", encoding="utf-8")
    monkeypatch.setattr(install, "CHECKOUT", tmp_path)
    with pytest.raises(Problem, match="python3-venv"):
        install.install(Environment(tmp_path / "venv", (tmp_path / "lock.txt",)))
