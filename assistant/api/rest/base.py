"""What the REST views share: the key, the scopes, problems, pages, and the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response

from assistant.accounts.caller import Caller
from assistant.accounts.models import Tenant
from assistant.accounts.scopes import Scope
from assistant.api.rest import failing
from assistant.api.rest.authentication import HasScope, KeyAuthentication, KeyPace
from assistant.audit.actor import acting

Row = TypeVar("Row", bound=Model)


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

    def readable(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Leave rows out whose `access` the key's groups do not meet; a key with the scope `admin` sees all."""
        if Scope.ADMIN in self.caller.scopes:
            return rows
        return rows.filter(access__has_any_keys=sorted(self.caller.groups))

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
