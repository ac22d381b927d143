"""Who calls, as the rest of the house sees it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.accounts.scopes import Scope
from assistant.errors import NotPermitted, Text


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated API key: its tenant's slug, its id, what it may do and which access groups it reads with."""

    tenant: str
    key_id: int
    scopes: frozenset[str]
    groups: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise NotPermitted unless the key has `scope` (or `admin`)."""
        if scope in self.scopes or Scope.ADMIN.value in self.scopes:
            return
        raise NotPermitted(
            Text(
                en=f"This key lacks the scope “{scope}”. Use a key that has it, or let an administrator add it.",
                zh=f"该密钥缺少权限“{scope}”。请使用具有该权限的密钥，或请管理员添加。",
            )
        )
