"""What is said to an editor whose document cannot be taken, in both languages. Codes are stable."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import Text
from retrieval import messages
from retrieval.errors import UnreadableDocument

_OURS: Mapping[str, Text] = {
    "crashed": Text(
        en="Reading the file stopped the worker {attempts} times, so it was given up. Upload another version of it.",
        zh="读取该文件导致后台任务中断 {attempts} 次，已放弃。请上传其他版本。",
    ),
    "unavailable": Text(
        en="Something that reading needs is away at the moment ({reason}). It is tried again by itself.",
        zh="读取所需的服务暂时不可用（{reason}）。系统会自动重试。",
    ),
    "internal": Text(
        en="Reading failed because of a fault in the program ({reason}). The worker's log has the details.",
        zh="程序内部错误导致读取失败（{reason}），详情见后台任务日志。",
    ),
    "cancelled": Text(
        en="Reading was cancelled. Choose “Read the chosen documents again” when it is wanted.",
        zh="读取已取消。需要时请选择“重新读取所选文档”。",
    ),
    "withdrawn": Text(
        en="The document is not published at present; it is read when it is.",
        zh="该文档目前未发布，发布时才会读取。",
    ),
    "superseded": Text(
        en="A newer revision took its place before it was read.",
        zh="在读取之前已被更新的版本取代。",
    ),
}


def explain(code: str, detail: Mapping[str, str | int]) -> Text:
    """Turn a stored error code and its facts into a sentence in both languages."""
    if code in _OURS:
        facts = {"attempts": "?", "reason": "?", **detail}
        return Text(en=_OURS[code].en.format_map(facts), zh=_OURS[code].zh.format_map(facts))
    error = UnreadableDocument(code, code, **detail)
    return Text(en=messages.explain(error, "en"), zh=messages.explain(error, "zh"))
