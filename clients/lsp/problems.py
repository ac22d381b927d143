"""What can go wrong between the editor and the assistant, and what to tell the person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in both languages."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """Return it in one of them."""
        return self.zh if language == "zh" else self.en


class Problem(Exception):
    """Tests cannot be had. `code` is the server's, or one of ours; `line` and `column` count from 1."""

    def __init__(
        self, code: str, text: Text, *, detail: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.text, self.detail, self.line, self.column = code, text, detail, line, column

    def told(self, language: Language) -> str:
        """Return what happened and what to do, then the server's own words."""
        return f"{self.text.of(language)} {self.detail}".strip()


_TEXTS = {
    "not_authenticated": Text("The assistant does not accept the API key.", "助手不接受该 API 密钥。"),
    "not_permitted": Text(
        "The API key lacks a scope: “tests” is for tests, “ask” for the code assistant. An administrator can add it.",
        "API 密钥缺少权限：生成测试需要“tests”，解释和修改需要“ask”。请管理员添加。",
    ),
    "sandbox_unavailable": Text("The server cannot run tests safely.", "服务器无法安全执行测试。"),
    "syntax_error": Text("The source does not parse.", "源代码有语法错误。"),
    "unknown_language": Text("The server cannot write tests for this language.", "服务器不能为该语言生成测试。"),
    "missing_runner": Text("The server cannot write tests for this language.", "服务器不能为该语言生成测试。"),
    "nothing_to_test": Text("There is nothing to test here.", "这里没有可测试的内容。"),
    "broken_source": Text("The source cannot be imported on the server.", "源代码在服务器上无法导入。"),
    "source_timeout": Text(
        "The source takes too long on the server: what runs at import should end.",
        "源代码在服务器上用时过长：导入时执行的代码应当能结束。",
    ),
    "model_unavailable": Text(
        "The model is starting or away; tests can still be generated. Try again in a moment.",
        "模型正在启动或暂不可用；仍可生成测试。请稍后重试。",
    ),
    "fix_unsupported": Text(
        "Failing tests are fixed in Python, JavaScript, TypeScript and Java, where test and code have the same runner; "
        "edit the code with an instruction instead.",
        "可修复 Python、JavaScript、TypeScript 和 Java 的失败测试，且测试与代码须由同一运行器执行；"
        "请改为按说明修改代码。",
    ),
    "too_large": Text("The source is too large for the server.", "源代码超过服务器的限制。"),
    "body_too_large": Text("The source is too large for the server.", "源代码超过服务器的限制。"),
}
_AWAY = frozenset({502, 504})
_BUSY = frozenset({429, 503})


def unreachable(endpoint: str) -> Problem:
    """Nobody answers."""
    text = Text(
        f"The assistant at {endpoint} does not answer. Is it running, and is the address right?",
        f"{endpoint} 处的助手没有响应。它是否在运行？地址是否正确？",
    )
    return Problem("unreachable", text)


def not_assistant(endpoint: str, status: int) -> Problem:
    """Somebody else answers."""
    text = Text(
        f"What answers at {endpoint} is not the assistant (status {status}). Check the address.",
        f"{endpoint} 处响应的不是助手（状态 {status}）。请检查地址。",
    )
    return Problem("not_assistant", text)


def interrupted(endpoint: str) -> Problem:
    """The stream has no end."""
    text = Text(f"The connection to {endpoint} broke off. Try again.", f"与 {endpoint} 的连接中断，请重试。")
    return Problem("interrupted", text)


def from_fields(fields: dict[str, Any], status: int, endpoint: str, retry_after: str | None = None) -> Problem:
    """Read a problem object (RFC 9457), or what a proxy answered instead of one."""
    code, detail = fields.get("code"), fields.get("detail")
    detail = detail if isinstance(detail, str) else ""
    if not isinstance(code, str):
        if status in _AWAY:
            return unreachable(endpoint)
        if status not in _BUSY:
            return not_assistant(endpoint, status)
        code = "busy"
    text = _TEXTS.get(code)
    if text is None and status in _BUSY:
        text = _busy(fields.get("retry_after", retry_after))
    if text is None:
        text = Text(f"The server refused ({status} {code}).", f"服务器拒绝了请求（{status} {code}）。")
    line, column = fields.get("line"), fields.get("column")
    place = {"line": line, "column": column} if isinstance(line, int) and isinstance(column, int) else {}
    return Problem(code, text, detail=detail, **place)


def _busy(retry_after: object) -> Text:
    try:
        seconds = max(1, math.ceil(float(str(retry_after))))
    except ValueError:  # a date, or nothing
        return Text("The assistant is busy. Try again in a moment.", "助手繁忙，请稍后重试。")
    return Text(f"The assistant is busy. Try again in {seconds} s.", f"助手繁忙，请在 {seconds} 秒后重试。")
