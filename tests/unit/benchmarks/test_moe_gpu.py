"""The benchmark where there is no GPU: it says so, and its dry run needs torch and Triton alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import moe_gpu

ROOT = Path(__file__).parents[3]

ALONE = """
import importlib.abc, importlib.metadata, sys

def closure(names):
    seen, left = set(), list(names)
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            left += [one.split(';')[0].split('[')[0].strip(' <>=!~.0123456789*,()') for one in
                     importlib.metadata.requires(name) or () if 'extra' not in one]
        except importlib.metadata.PackageNotFoundError:
            pass
    return {name.lower().replace('-', '_') for name in seen}

allowed = closure(['torch', 'triton', 'numpy'])
owners = importlib.metadata.packages_distributions()

class Alone(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split('.')[0]
        whose = {one.lower().replace('-', '_') for one in owners.get(top, ())}
        if (whose and not whose & allowed) or top in {'assistant', 'retrieval', 'domains', 'sandbox'}:
            raise ModuleNotFoundError(f'{top} is not there', name=top)
        return None

sys.meta_path.insert(0, Alone())
for gone in ('django', 'pydantic', 'vllm', 'transformers', 'assistant'):
    try:
        __import__(gone)
        sys.exit(f'{gone} could be imported')
    except ModuleNotFoundError:
        pass
from benchmarks import moe_gpu
sys.exit(moe_gpu.main(sys.argv[1:]))
"""


def test_the_dry_run_needs_torch_and_triton_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", ALONE, "--dry-run", "--json"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert figures["oracle_agrees"] is True
    assert figures["invariant_bitwise_tiny_bf16"] is True
    assert [(case["phase"], case["tokens"]) for case in figures["cases"]] == [("decode", 2), ("prefill", 82)]
    assert all(case["error"] < 1e-3 and case["microseconds"] > 0 for case in figures["cases"])
    assert figures["decode_vllm_ratio"] is None  # not measured
    assert figures["machine"]["gpu"] == "absent"
    assert figures["machine"]["triton"]


def test_without_a_gpu_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert moe_gpu.main(["--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "--dry-run" in said.err
    assert "未找到 GPU" in said.err


def test_a_layer_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        moe_gpu.main(["--layers", "mixtral"])
    assert error.value.code == 2
    assert "qwen" in capsys.readouterr().err
