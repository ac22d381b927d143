"""What is said to an editor whose document cannot be taken, in both languages. Codes are stable."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import Text

_UNKNOWN = Text(
    en="The document could not be read ({code}). Ask an administrator to look at the worker's log.",
    zh="无法读取该文档（{code}）。请管理员查看后台任务日志。",
)

TEXTS: Mapping[str, Text] = {
    "empty_file": Text(
        en="The file is empty. Upload it again with its contents.",
        zh="文件为空。请重新上传有内容的文件。",
    ),
    "no_text": Text(
        en="No text was found in the file (is it a scan?). Upload a version whose text can be selected.",
        zh="文件中没有可读取的文字（是否为扫描件？）。请上传文字可选中的版本。",
    ),
    "unknown_format": Text(
        en="Files of this kind ({filename}) cannot be read. Upload pdf, docx, xlsx, html, md, csv, txt or source code.",
        zh="无法读取此类文件（{filename}）。请上传 pdf、docx、xlsx、html、md、csv、txt 或源代码。",
    ),
    "wrong_encoding": Text(
        en="The text's encoding could not be recognised. Save the file as UTF-8 and upload it again.",
        zh="无法识别文本编码。请将文件另存为 UTF-8 后重新上传。",
    ),
    "encrypted": Text(
        en="The file is protected by a password. Remove the protection and upload it again.",
        zh="文件受密码保护。请解除保护后重新上传。",
    ),
    "damaged": Text(
        en="The file is damaged or is not what its name says. Open it in its program, save it anew and upload that.",
        zh="文件已损坏，或内容与扩展名不符。请用对应程序打开并重新保存后上传。",
    ),
    "too_large": Text(
        en="The file is too large: at most {limit} can be taken. Split it and upload the parts.",
        zh="文件过大：最多 {limit}。请拆分后分别上传。",
    ),
    "crashed": Text(
        en="Reading the file stopped the worker {attempts} times, so it was given up. Upload another version of it.",
        zh="读取该文件导致后台任务中断 {attempts} 次，已放弃。请上传其他版本。",
    ),
    "unavailable": Text(
        en="Something that reading needs is away at the moment ({reason}). It is tried again by itself.",
        zh="读取所需的服务暂时不可用（{reason}）。系统会自动重试。",
    ),
    "internal": Text(
        en="Reading failed because of a fault in the program ({reason}). It is noted in the worker's log.",
        zh="程序内部错误导致读取失败（{reason}），已记录在后台任务日志中。",
    ),
}


class _Facts(dict[str, object]):
    """Leaves a placeholder readable when an old row lacks its fact."""

    def __missing__(self, name: str) -> str:
        return "…" if name else ""


def explain(code: str, detail: Mapping[str, object]) -> Text:
    """Turn a stored error code and its facts into a sentence in both languages."""
    facts = _Facts(detail)
    facts.setdefault("code", code)
    text = TEXTS.get(code, _UNKNOWN)
    return Text(en=text.en.format_map(facts), zh=text.zh.format_map(facts))
