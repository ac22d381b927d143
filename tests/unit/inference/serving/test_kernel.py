from pathlib import Path
from typing import Any

import pytest

from inference.moe.errors import NoCompiler
from inference.moe.kernels.cpu import build
from inference.serving.config import Device, GpuKernel, HouseKernel, Weights
from inference.serving.kernel import KernelChoice, choose


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Path:
    path = Path("/cache/lib.so")
    monkeypatch.setattr(build, "library", lambda _cache: path)
    return path


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_cache: Path) -> Any:
        raise NoCompiler(build.COMPILERS)

    monkeypatch.setattr(build, "library", refuse)


@pytest.mark.parametrize("choice", [KernelChoice.AUTO, KernelChoice.HOUSE])
def test_a_mixture_on_a_cpu_gets_ours(built: Path, choice: KernelChoice) -> None:
    assert choose(choice, Weights.INT8, Device.CPU, mixture=True, cache=Path("/c")) == HouseKernel(built, Weights.INT8)


@pytest.mark.parametrize(("device", "mixture"), [(Device.GPU, True), (Device.CPU, False)])
def test_other_machines_and_other_models_are_left_to_vllm(built: Path, device: Device, mixture: bool) -> None:
    assert choose(KernelChoice.AUTO, Weights.INT4, device, mixture=mixture, cache=Path("/c")) is None


def test_on_a_gpu_ours_are_had_by_asking_for_them(no_compiler: None) -> None:
    chosen = choose(KernelChoice.HOUSE, Weights.INT4, Device.GPU, mixture=False, cache=Path("/c"))
    assert chosen == GpuKernel()
    assert chosen.experts == "HouseTritonExperts"


def test_the_stock_path_can_be_chosen(built: Path) -> None:
    assert choose(KernelChoice.STOCK, Weights.INT4, Device.CPU, mixture=True, cache=Path("/c")) is None


def test_without_a_compiler_vllms_kernels_serve_and_the_log_says_why(
    no_compiler: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert choose(KernelChoice.AUTO, Weights.INT4, Device.CPU, mixture=True, cache=Path("/c")) is None
    assert "no C++ compiler" in caplog.text


def test_without_a_compiler_asking_for_ours_is_refused(no_compiler: None) -> None:
    with pytest.raises(NoCompiler):
        choose(KernelChoice.HOUSE, Weights.INT4, Device.CPU, mixture=True, cache=Path("/c"))
