"""Where the assistant is, and with which key. The key is no setting: people share those files."""

from __future__ import annotations

import ipaddress
import stat
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clients.lsp.problems import Language, Problem, Text

HERE = "http://127.0.0.1:8000"
_NAMES = {
    "endpoint": "endpoint",
    "tokenFile": "token_file",
    "budget": "budget",
    "testFolder": "test_folder",
    "allowPlainHttp": "allow_plain_http",
    "language": "language",
    "confirm": "confirm",
    "completion": "completion",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All there is to set."""

    endpoint: str = HERE
    token_file: str = ""
    budget: float = 8.0
    test_folder: str = ""
    allow_plain_http: bool = False
    language: Language = "en"
    confirm: bool = False
    """Let the editor ask before tests are written, where it can."""
    completion: bool = False
    """Complete code at the cursor."""

    def with_options(self, options: object) -> Settings:
        """Take over what the editor gave. Raises Problem for a key among it, an unknown name or a wrong value."""
        if not isinstance(options, dict):
            return self
        given = options.get("moeAssistant", options)
        if not isinstance(given, dict):
            return self
        changes: dict[str, Any] = {}
        for name, value in given.items():
            if name in {"token", "apiKey"}:
                raise _wrong(
                    "The API key does not belong into settings: write it to a file and name that in tokenFile.",
                    "API 密钥不应写在设置中：请写入文件，并在 tokenFile 中给出该文件。",
                )
            field = _field(name)
            changes[field] = _checked(name, value)
        return replace(self, **changes)

    def base(self) -> str:
        """Return the checked address, without a slash at the end. Raises Problem."""
        parts = urlsplit(self.endpoint.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _wrong(f"“{self.endpoint[:100]}” is no address.", f"“{self.endpoint[:100]}”不是地址。")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise _wrong("The address must not contain a key, “?” or “#”.", "地址不得包含密钥、“?”或“#”。")
        if parts.scheme == "http" and not self.allow_plain_http and not _is_this_machine(parts.hostname):
            raise _wrong(
                f"The API key would travel unencrypted to {parts.hostname}. Use https, or set allowPlainHttp.",
                f"API 密钥将以未加密方式发送到 {parts.hostname}。请使用 https，或设置 allowPlainHttp。",
            )
        return self.endpoint.strip().rstrip("/")

    def key(self) -> str:
        """Return the API key. Raises Problem when there is none, or others can read it."""
        if not self.token_file:
            raise _wrong(
                "There is no API key: write it to a file and name the file in tokenFile.",
                "没有 API 密钥：请写入文件，并在 tokenFile 中给出该文件。",
                code="no_token",
            )
        path = Path(self.token_file).expanduser()
        try:
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise _wrong(
                    f"Others can read {path}. Run: chmod 600 {path}",
                    f"其他用户可以读取 {path}。请运行：chmod 600 {path}",
                    code="no_token",
                )
            return path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise _wrong(f"{path} cannot be read.", f"无法读取 {path}。", code="no_token") from error


def _wrong(en: str, zh: str, code: str = "bad_setting") -> Problem:
    return Problem(code, Text(en, zh))


def _field(name: str) -> str:
    if name not in _NAMES:
        known = ", ".join(_NAMES)
        raise _wrong(f"There is no setting {name}; there are: {known}.", f"没有设置 {name}；可用：{known}。")
    return _NAMES[name]


def _checked(name: str, value: object) -> object:
    usual = {field.name: field.default for field in fields(Settings)}[_NAMES[name]]
    if name == "language":
        return "zh" if str(value).lower().startswith("zh") else "en"
    if isinstance(usual, float) and isinstance(value, int | float) and not isinstance(value, bool):
        return min(60.0, max(1.0, float(value)))
    if type(value) is not type(usual):
        raise _wrong(f"The setting {name} has a wrong kind of value.", f"设置 {name} 的值类型不对。")
    return value


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False
