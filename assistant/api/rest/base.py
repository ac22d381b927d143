"""What the REST views share: the key, the scopes, problems, pages, and the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response

from assistant.accounts.caller import Caller
from assistant.accounts.models import Tenant
from assistant.api.rest import failing
from assistant.api.rest.authentication import HasScope, KeyAuthentication, KeyPace
from assistant.audit.actor import acting


class Pages(LimitOffsetPagination):
    """`?limit=&offset=`; 20 a page, at most 100."""

    default_limit = 20
    max_limit = 100


class TenantView:
    """Mixin of view sets: every row is looked up among the caller's tenant's."""

    authentication_classes: ClassVar[list[type]] = [KeyAuthentication]
    permission_classes: ClassVar[list[type]] = [HasScope]
    throttle_classes: ClassVar[list[type]] = [KeyPace]
    pagination_class = Pages
    read_scope: str = ""
    write_scope: str = ""
    request: Any

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        """Tell errors as problems."""
        return failing.respond

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a mixin of several views
        """Answer as the key: the audit log names it."""
        with acting("api", self._who):
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def _who(self) -> str:
        return f"key {self.caller.key_id}"

    @property
    def caller(self) -> Caller:
        """Who calls."""
        caller: Caller = self.request.auth
        return caller

    @property
    def tenant(self) -> Tenant:
        """The caller's tenant."""
        return Tenant.objects.get(slug=self.caller.tenant)
