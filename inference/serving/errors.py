"""What keeps a model server from starting.

    ServingError
    ├── ModelFolderMissing   there is no converted model where one was named
    ├── PortTaken            another program listens there
    ├── NotEnoughMemory      the weights and a minimal key-value cache do not fit
    ├── EngineMissing        no vLLM is installed
    ├── AdapterRefused       an adapter that cannot be served by that name
    ├── KernelNotLive        vLLM started without the experts it was told to use
    └── EngineDied           vLLM ended before it was asked to

Every message says what, where and what to do next, in English and Chinese.
"""

from pathlib import Path

_GIB = 2**30


class ServingError(Exception):
    """Base of the tree. `str(error)` is the English text, `error.chinese` the Chinese one."""

    code = "serving_error"

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class ModelFolderMissing(ServingError):
    """The folder is absent or holds no config.json."""

    code = "model_folder_missing"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no model (config.json is missing). Get one with `python -m inference.catalog pull NAME`.",
            f"{folder} 中没有模型（缺少 config.json）。请运行 `python -m inference.catalog pull NAME` 获取。",
        )


class PortTaken(ServingError):
    """Nothing can listen on the port."""

    code = "port_taken"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"{host}:{port} cannot be used ({reason}). Stop the program that listens there or choose another --port.",
            f"无法使用 {host}:{port}（{reason}）。请停止占用该端口的程序，或用 --port 指定其他端口。",
        )


class NotEnoughMemory(ServingError):
    """Weights, engine and a minimal cache need more than there is (bytes)."""

    code = "not_enough_memory"

    def __init__(self, needed: int, available: int) -> None:
        need, have = f"{needed / _GIB:.1f} GiB", f"{available / _GIB:.1f} GiB"
        super().__init__(
            f"the model server needs {need} of memory and {have} can be had. Close other programs, raise --memory, or "
            "serve a smaller model (`python -m inference.catalog choose` names one that fits).",
            f"模型服务需要 {need} 内存，目前可用 {have}。请关闭其他程序、调高 --memory，或改用更小的模型"
            "（`python -m inference.catalog choose` 会给出建议）。",
        )
        self.needed = needed
        self.available = available


class EngineMissing(ServingError):
    """Neither the CPU nor the GPU build of vLLM is installed."""

    code = "engine_missing"

    def __init__(self) -> None:
        super().__init__(
            "vLLM is not installed in this environment. Install one of the lock files: infra/locks/cpu.txt or gpu.txt.",
            "当前环境未安装 vLLM。请安装 infra/locks/cpu.txt 或 gpu.txt 中的依赖。",
        )


class AdapterRefused(ServingError):
    """A name or a folder that cannot be served as an adapter."""

    code = "adapter_refused"

    def __init__(self, name: str, reason: str, reason_zh: str) -> None:
        super().__init__(
            f"adapter {name!r} {reason}. Give --adapter NAME=FOLDER, with letters, digits, dots and dashes in the name "
            "and a folder as PEFT writes it (LoRA on q_proj, k_proj, v_proj, o_proj).",
            f"适配器 {name!r} {reason_zh}。请使用 --adapter 名称=目录：名称由字母、数字、点和短横线组成，"
            "目录由 PEFT 写出（q_proj、k_proj、v_proj、o_proj 上的 LoRA）。",
        )


class KernelNotLive(ServingError):
    """Our plugin did not load, or vLLM chose other experts; it says why in its log."""

    code = "kernel_not_live"

    def __init__(self, wanted: str, live: str) -> None:
        super().__init__(
            f"vLLM serves with {live} where {wanted} was asked for, so it was stopped. Its log says why the plugin did "
            "not load; `--kernel stock` serves with vLLM's own experts.",
            f"vLLM 使用的是 {live}，而不是要求的 {wanted}，已停止。插件未加载的原因见其日志；可用 `--kernel stock` "
            "改用 vLLM 自带的内核。",
        )


class EngineDied(ServingError):
    """vLLM ended on its own; the last lines it wrote say why."""

    code = "engine_died"

    def __init__(self, status: int, last_lines: tuple[str, ...]) -> None:
        said = "\n".join(f"  | {line}" for line in last_lines)
        super().__init__(
            f"vLLM ended with status {status}. It last said:\n{said}",
            f"vLLM 已退出，状态码 {status}。最后的输出：\n{said}",
        )
        self.status = status
