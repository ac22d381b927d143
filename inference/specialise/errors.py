"""What keeps experts from being trained or merged.

    SpecialiseError
    ├── InvalidDomains    domains that cannot have an expert each
    ├── TextTooShort      a domain's files hold too little to learn from and to be measured on
    ├── NoMixture         the folder holds no model with experts that can be trained
    ├── RunDiffers        a checkpoint belongs to a run with other settings, texts or model
    ├── DamagedDeltas     deltas that are not what their manifest says
    ├── BaseDiffers       deltas were trained on another model
    └── NothingImproved   no domain's perplexity fell, so there is nothing to merge

Every message says what, where and what to do next, in English and Chinese.
"""

from pathlib import Path


class SpecialiseError(Exception):
    """Base of the tree. `str(error)` is the English text, `error.chinese` the Chinese one."""

    code = "specialise_error"

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class InvalidDomains(SpecialiseError):
    """Names twice, names that cannot be used, or more domains than experts."""

    code = "invalid_domains"

    def __init__(self, reason: str, reason_zh: str) -> None:
        super().__init__(
            f"{reason}. Give each domain once, as --domain NAME=FILE.",
            f"{reason_zh}。每个领域请写一次 --domain 名称=文件。",
        )


class TextTooShort(SpecialiseError):
    """Too few windows to train on and to hold out."""

    code = "text_too_short"

    def __init__(self, domain: str, tokens: int, needed: int) -> None:
        super().__init__(
            f"domain {domain} has {tokens} tokens of text, at least {needed} are needed. Give more files or a smaller "
            "--window.",
            f"领域 {domain} 的文本只有 {tokens} 个词元，至少需要 {needed} 个。请提供更多文件，或减小 --window。",
        )


class NoMixture(SpecialiseError):
    """No layer with a router and copied experts, or weights in a format that is not written here."""

    code = "no_mixture"

    def __init__(self, folder: Path, reason: str, reason_zh: str) -> None:
        super().__init__(
            f"{folder}: {reason}. Name a folder of `python -m inference.catalog pull NAME --experts 4`.",
            f"{folder}：{reason_zh}。请指定由 `python -m inference.catalog pull 名称 --experts 4` 得到的目录。",
        )


class RunDiffers(SpecialiseError):
    """What a checkpoint was written with is not what is asked for now."""

    code = "run_differs"

    def __init__(self, folder: Path, differs: str) -> None:
        super().__init__(
            f"{folder} holds a checkpoint of another run ({differs} differs). Repeat the command that began it, or "
            "name another --into.",
            f"{folder} 中的检查点属于另一次训练（{differs} 不同）。请重复原来的命令，或换一个 --into。",
        )


class DamagedDeltas(SpecialiseError):
    """A file is missing, changed or unreadable."""

    code = "damaged_deltas"

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"{folder} holds no usable deltas: {problem}. Copy the folder again, or train it again.",
            f"{folder} 中没有可用的增量：{problem}。请重新复制或重新训练。",
        )


class BaseDiffers(SpecialiseError):
    """The deltas' manifest names another base model."""

    code = "base_differs"

    def __init__(self, folder: Path, wanted: str, found: str) -> None:
        super().__init__(
            f"the deltas were trained on a model with checksum {wanted[:12]}, {folder} has {found[:12]}. Name the "
            "model they were trained on.",
            f"增量所基于的模型校验和为 {wanted[:12]}，而 {folder} 为 {found[:12]}。请指定训练时所用的模型。",
        )


class NothingImproved(SpecialiseError):
    """An honest end: training made no domain better."""

    code = "nothing_improved"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} names no domain whose held-out perplexity fell, so nothing was merged. Train longer or on more "
            "text.",
            f"{folder} 中没有任何领域的留出困惑度下降，因此未合并。请延长训练或增加文本。",
        )
