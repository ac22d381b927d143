"""What keeps a kernel from being had or from computing.

    KernelError
    ├── NoCompiler        there is no C++ compiler to build the kernel with
    ├── BuildFailed       the compiler refused
    ├── UnknownExpert     a routed id names no expert
    ├── BadCall           shapes, types or formats that the kernel does not take
    ├── BadOwnExpert      an expert of one's own can't be had, or gives what does not fit
    ├── BadPlacement      experts are not spread over ranks as they must be
    └── RankLost          another rank is gone, or does not answer

Every message says what, where and what to do next, in English and Chinese.
"""

from __future__ import annotations


class KernelError(Exception):
    """Base of the tree. `str(error)` is the English text, `error.chinese` the Chinese one."""

    code = "kernel_error"

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class NoCompiler(KernelError):
    """None of the usual names of a C++ compiler is on the path."""

    code = "no_compiler"

    def __init__(self, names: tuple[str, ...]) -> None:
        listed = ", ".join(names)
        super().__init__(
            f"no C++ compiler was found (looked for {listed}). Install one (Debian: `apt-get install g++`) or serve "
            "with `--kernel stock`.",
            f"未找到 C++ 编译器（查找过 {listed}）。请安装（Debian：`apt-get install g++`），或使用 `--kernel stock`。",
        )


class BuildFailed(KernelError):
    """The compiler ended with an error; what it said is part of the message."""

    code = "kernel_build_failed"

    def __init__(self, command: list[str], said: str) -> None:
        line = " ".join(command)
        super().__init__(
            f"building the experts' kernel failed: {line}\n{said}\nServe with `--kernel stock` meanwhile.",
            f"编译专家内核失败：{line}\n{said}\n可暂时使用 `--kernel stock`。",
        )


class UnknownExpert(KernelError):
    """A routed id is neither -1 nor below the number of experts, or the expert map points outside."""

    code = "unknown_expert"

    def __init__(self, experts: int) -> None:
        self._experts = experts
        super().__init__(
            f"a token is routed to an expert that does not exist; ids are -1 (none) or 0 to {experts - 1}. Check the "
            "router's output and the expert map.",
            f"有 token 被路由到不存在的专家；编号应为 -1（无）或 0 到 {experts - 1}。请检查路由输出和专家映射。",
        )

    def __reduce__(self) -> tuple[type[UnknownExpert], tuple[int]]:
        """A worker process hands it to the one that started it."""
        return UnknownExpert, (self._experts,)


class BadCall(KernelError):
    """Shapes, dtypes, formats or a kernel's name that this processor does not know."""

    code = "bad_kernel_call"

    def __init__(self, what: str, chinese: str) -> None:
        super().__init__(what, chinese)


class BadPlacement(KernelError):
    """A placement that leaves an expert out, names one that does not exist, or is another than the engine's."""

    code = "bad_placement"

    def __init__(self, what: str, chinese: str) -> None:
        super().__init__(what, chinese)


class RankLost(KernelError):
    """Another rank did not answer in time, or its connection ended. The group can't be used any more."""

    code = "rank_lost"

    def __init__(self, step: str, seconds: float, why: str) -> None:
        self._facts = step, seconds, why
        super().__init__(
            f"expert parallelism lost a rank during {step} (deadline {seconds:g} s): {why}. Restart the group; look "
            "at the other ranks' logs for the one that ended first.",
            f"专家并行在 {step} 阶段失去一个 rank（时限 {seconds:g} 秒）：{why}。请重启该组，并查看其他 rank 的日志。",
        )

    def __reduce__(self) -> tuple[type[RankLost], tuple[str, float, str]]:
        """A worker process hands it to the one that started it."""
        return RankLost, self._facts


class BadOwnExpert(KernelError):
    """An expert of one's own, by number or dotted path, and what is wrong with it."""

    code = "bad_own_expert"

    def __init__(self, named: str, wrong: str, chinese: str) -> None:
        super().__init__(
            f"--expert: {named} {wrong}. Name it as NUMBER=package.module:name, importable where the server runs "
            "(PYTHONPATH); inference/moe/copying.py is an example.",
            f"--expert：{named} {chinese}。请写作“编号=包.模块:名称”，并确保服务进程可以导入（PYTHONPATH）；"
            "示例见 inference/moe/copying.py。",
        )
