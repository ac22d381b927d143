"""llama.cpp as a peer: how it is had, run, and missed. The package index and the library are stood in for."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import llamacpp
from benchmarks.llamacpp import PeerMissing, installed, measure
from inference.catalog.errors import UnknownModel

NAME = "qwen2.5-coder-0.5b-moe"
LLAMA = """
import { readFileSync } from "node:fs";
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let open = 0;
class Sequence {
  async *evaluate(words, { temperature, yieldEogToken }) {
    if (temperature !== 0 || !yieldEogToken || ++open > 1) throw new Error("asked otherwise");
    await wait(words.length);
    for (;;) { yield 7; await wait(1); }
  }
  async clearHistory() {}
  dispose() { open -= 1; }
}
export async function getLlama({ gpu, build, maxThreads }) {
  if (gpu || build !== "never" || maxThreads < 1) throw new Error("asked otherwise");
  return {
    llamaCppRelease: { release: "v0.0.test" },
    systemInfo: "CPU : AVX2 = 1 |\\n",
    async loadModel({ modelPath }) {
      if (readFileSync(modelPath, "utf8") !== "weights") throw new Error("another file");
      return { tokenize: (text) => [...text], createContext: async () => ({ getSequence: () => new Sequence() }) };
    },
  };
}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that is complete: a llama.cpp that counts and waits."""
    folder = tmp_path / "llamacpp"
    package = folder / "node_modules" / "node-llama-cpp"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
    (package / "index.js").write_text(LLAMA)
    (folder / "complete").write_text((llamacpp.PINS / "package-lock.json").read_text())
    return folder


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"weights")
    monkeypatch.setattr(llamacpp, "artefact", lambda _name, **_: file)
    return file


def test_the_peer_reads_the_prompt_and_writes_after_it(home: Path, weights: Path) -> None:
    found = measure(NAME, "twenty tokens in all", 5, repeats=2, home=home)
    assert (found.version, found.built_for, found.prompt_tokens) == ("v0.0.test", "CPU : AVX2 = 1 |", 20)
    assert found.file_bytes == weights.stat().st_size
    assert found.first_token_seconds >= 0.02
    assert found.prefill_tokens_per_second == pytest.approx(20 / found.first_token_seconds)
    assert 0 < found.decode_tokens_per_second <= 1000


def test_a_peer_that_ends_with_an_error_says_its_own_words(home: Path, weights: Path) -> None:
    (home / "node_modules" / "node-llama-cpp" / "index.js").write_text("throw new Error('no such processor')")
    with pytest.raises(PeerMissing, match="no such processor"):
        measure(NAME, "prompt", 1, home=home)


def test_weights_that_cannot_be_had_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, **_: object) -> Path:
        raise UnknownModel(name, ())

    monkeypatch.setattr(llamacpp, "artefact", missing)
    with pytest.raises(PeerMissing, match=f"{NAME} was made from can't be had"):
        measure(NAME, "prompt", 1, home=home)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be run."""
    seen: list[list[str]] = []

    def run(command: list[str | Path], **_: object) -> subprocess.CompletedProcess[str]:
        seen.append([str(part) for part in command])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("benchmarks.llamacpp.subprocess.run", run)
    return seen


def test_it_is_installed_once_from_its_lock_and_runs_no_script_of_a_package(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    home = tmp_path / "new"
    assert installed(home) == shutil.which("node")
    assert {"ci", "--ignore-scripts", "--omit=optional", str(home)} <= set(commands[0])
    assert (home / "package-lock.json").read_text() == (llamacpp.PINS / "package-lock.json").read_text()
    assert (home / llamacpp.CHILD.name).read_text() == llamacpp.CHILD.read_text()
    installed(home)
    assert len(commands) == 1


def test_other_pins_are_another_folder(tmp_path: Path, commands: list[list[str]]) -> None:
    home = tmp_path / "new"
    installed(home)
    (home / "complete").write_text("{}")
    (home / "left").touch()
    installed(home)
    assert len(commands) == 2
    assert not (home / "left").exists()


def test_without_node_it_says_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.llamacpp.shutil.which", lambda _name: None)
    with pytest.raises(PeerMissing, match=r"Node\.js 20 with npm; without --peer everything else is measured"):
        installed(tmp_path / "new")


@pytest.mark.parametrize(
    "failure",
    [
        lambda: subprocess.CalledProcessError(1, "npm", stderr="no matching version"),
        lambda: subprocess.TimeoutExpired("npm", 1, "no matching version"),
        lambda: OSError("no matching version"),
    ],
    ids=["refused", "too long", "no npm"],
)
def test_what_cannot_be_installed_is_one_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Callable[[], Exception]
) -> None:
    def run(*_: object, **__: object) -> None:
        raise failure()

    monkeypatch.setattr("benchmarks.llamacpp.subprocess.run", run)
    with pytest.raises(PeerMissing, match="without --peer everything else is measured"):
        installed(tmp_path / "new")
    assert not (tmp_path / "new" / "complete").exists()


def test_every_package_is_pinned_by_a_hash_and_none_is_named_by_a_host() -> None:
    lock = json.loads((llamacpp.PINS / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert {"node_modules/node-llama-cpp", "node_modules/@node-llama-cpp/linux-x64"} <= set(packages)
    assert [name for name, facts in packages.items() if "integrity" not in facts or "resolved" in facts] == []
