"""What can go wrong with a model on its way from a name to a folder.

    CatalogError
    ├── UnknownModel         no entry of that name
    ├── InvalidOptions       experts or top-k that the entry cannot have
    ├── ModelNotPulled       known, but not in the cache folder
    ├── SourceUnavailable    one source cannot be reached or does not hold the file
    ├── NoSourceReachable    none of an entry's sources could
    ├── ChecksumMismatch     bytes arrived, and they are not the ones pinned
    ├── MalformedArtefact    the pinned bytes are not in the format the converter reads
    ├── DamagedModel         a converted folder has lost or changed a file
    └── NotEnoughDisk        the cache folder's disk cannot hold the result

Every message says what, where and what to do next, in English and Chinese.
"""

from pathlib import Path

_GIB = 2**30


class CatalogError(Exception):
    """Base of the tree. `str(error)` is the English text, `error.chinese` the Chinese one."""

    code = "catalog_error"

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class UnknownModel(CatalogError):
    """No catalogue entry has this name."""

    code = "unknown_model"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        names = ", ".join(known)
        super().__init__(
            f"the catalogue has no model named {name!r}; it has {names}. `python -m inference.catalog list` "
            f"tells more.",
            f"模型目录中没有名为 {name!r} 的模型；可选：{names}。运行 `python -m inference.catalog list` 查看详情。",
        )


class InvalidOptions(CatalogError):
    """The options do not describe a model that this entry can become."""

    code = "invalid_options"

    def __init__(self, name: str, reason: str, reason_zh: str) -> None:
        super().__init__(
            f"{name}: {reason}. Choose --experts 0 (dense) or 2 and more, and --top-k from 1 to the number of experts.",
            f"{name}：{reason_zh}。--experts 可为 0（稠密模型）或不小于 2；--top-k 介于 1 与专家数之间。",
        )


class ModelNotPulled(CatalogError):
    """The entry exists; its folder in the cache does not."""

    code = "model_not_pulled"

    def __init__(self, name: str, folder: Path, command: str) -> None:
        super().__init__(
            f"{name} is not in the cache ({folder} is missing). Get it with `{command}`.",
            f"缓存中没有 {name}（缺少 {folder}）。请运行 `{command}` 获取。",
        )


class SourceUnavailable(CatalogError):
    """One source cannot be reached, or does not hold the file; the next one is tried."""

    code = "source_unavailable"

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}", f"{source}：{reason}")
        self.source = source
        self.reason = reason


class NoSourceReachable(CatalogError):
    """Every source of an entry failed; the message lists each with its reason."""

    code = "no_source_reachable"

    def __init__(self, name: str, failures: tuple[SourceUnavailable, ...], drop_in: Path) -> None:
        listed = "\n".join(f"  - {failure}" for failure in failures)
        super().__init__(
            f"{name} could not be fetched from any source:\n{listed}\n"
            f"Finished parts are kept: run the same command again when a source is reachable, or put the file "
            f"there by hand: {drop_in}",
            f"无法从任何来源获取 "
            f"{name}：\n{listed}\n已完成的部分会保留：来源可用后重新运行同一命令，或手动将文件放到：{drop_in}",
        )
        self.failures = failures


class ChecksumMismatch(CatalogError):
    """The bytes that arrived are not the ones the catalogue pins. Nothing of them is kept."""

    code = "checksum_mismatch"

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(
            f"{what}: wrong SHA-256.\n  expected {expected}\n  got      {actual}\n"
            "The bytes were thrown away. Run the command again; if it repeats, the source serves another file: "
            "do not use it, tell its owner.",
            f"{what}：SHA-256 校验失败。\n  期望 {expected}\n  实际 {actual}\n"
            "已丢弃下载内容。请重试；若再次出现，说明来源文件已被替换，请勿使用并联系提供方。",
        )
        self.expected = expected
        self.actual = actual


class MalformedArtefact(CatalogError):
    """A file is not in the format that its converter reads."""

    code = "malformed_artefact"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be converted: {reason}. Delete it and pull again; if it repeats, the entry names "
            f"the wrong converter.",
            f"无法转换 {path}：{reason}。请删除后重新获取；若仍失败，说明目录条目的转换器有误。",
        )


class DamagedModel(CatalogError):
    """A converted folder no longer matches its own provenance."""

    code = "damaged_model"

    def __init__(self, folder: Path, problems: tuple[str, ...]) -> None:
        listed = "; ".join(problems)
        super().__init__(
            f"{folder} is damaged: {listed}. Delete the folder and pull the model again.",
            f"{folder} 已损坏：{listed}。请删除该文件夹并重新获取模型。",
        )
        self.problems = problems


class NotEnoughDisk(CatalogError):
    """The disk under the cache folder cannot hold what the pull would write (bytes)."""

    code = "not_enough_disk"

    def __init__(self, folder: Path, needed: int, free: int) -> None:
        need, have = f"{needed / _GIB:.1f} GiB", f"{free / _GIB:.1f} GiB"
        super().__init__(
            f"{folder}: {need} are needed and {have} are free. Free some space or name another folder with --cache.",
            f"{folder}：需要 {need}，仅剩 {have}。请清理空间，或用 --cache 指定其他文件夹。",
        )
        self.needed = needed
        self.free = free
