"""Errors of the widget's door.

AssistantError
├── NotAuthenticated: session_expired, bad_identity, identity_required
├── NotPermitted: origin_not_allowed
├── NotFound: unknown_site, answer_not_found
└── InvalidInput: invalid_input
"""

from __future__ import annotations

from assistant.errors import InvalidInput, NotAuthenticated, NotFound, NotPermitted, Text


def session_expired() -> NotAuthenticated:
    """The token is missing, forged, for another site or page, or older than ten minutes; the widget gets a new one."""
    text = Text(
        en="The chat session is missing or has expired. Get a new one from /widget/v1/token.",
        zh="聊天会话缺失或已过期。请从 /widget/v1/token 获取新的会话。",
    )
    return NotAuthenticated(text, code="session_expired")


def bad_identity(reason: str) -> NotAuthenticated:
    """The signed identity does not hold; `reason` is for the site's developer and names no secret."""
    text = Text(
        en=f"The visitor's signed identity is not accepted: {reason}. Sign it with the site's identity secret.",
        zh=f"访客的签名身份未被接受（{reason}）。请使用该站点的身份密钥签名。",
    )
    return NotAuthenticated(text, code="bad_identity")


def identity_required() -> NotAuthenticated:
    """The site answers signed-in visitors only."""
    text = Text(
        en="This site answers signed-in visitors only. Pass a signed identity to the widget.",
        zh="该站点只为已登录的访客服务。请向组件提供签名身份。",
    )
    return NotAuthenticated(text, code="identity_required")


def origin_not_allowed(origin: str | None) -> NotPermitted:
    """The page is not on the site's list."""
    shown = "without an origin" if origin is None else f"from {origin[:100]}"
    shown_zh = "未说明来源" if origin is None else f"来自 {origin[:100]}"
    text = Text(
        en=f"This chat may not be used by a page {shown}. Add the page's exact origin to the site in the admin.",
        zh=f"此聊天不允许该页面使用（{shown_zh}）。请在管理后台将该页面的完整来源加入站点。",
    )
    return NotPermitted(text, code="origin_not_allowed")


def unknown_site() -> NotFound:
    """No enabled site has this id."""
    text = Text(
        en="There is no such chat site, or it is switched off. Check data-site in the script tag.",
        zh="没有这个聊天站点，或站点已停用。请检查脚本标签中的 data-site。",
    )
    return NotFound(text, code="unknown_site")


def not_yours() -> NotFound:
    """The conversation or answer belongs to another visitor, which is not told apart from none at all."""
    text = Text(en="There is no such conversation or answer for this visitor.", zh="当前访客没有这个会话或回答。")
    return NotFound(text, code="answer_not_found")


def unreadable(field: str) -> InvalidInput:
    """The body is not what this address takes."""
    text = Text(
        en=f"The request cannot be read: {field}. Send JSON as the widget does.",
        zh=f"无法读取请求：{field}。请按组件的格式发送 JSON。",
    )
    return InvalidInput(text)
