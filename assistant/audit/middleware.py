"""Signs what a person changes through pages. API calls are signed by their views, who know the key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from assistant.audit.actor import acting

Handler = Callable[[HttpRequest], Any]


class SignedPages:
    """Acts as the logged-in user while a page is made; stands after the middleware that logs in."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._asynchronous = iscoroutinefunction(get_response)
        if self._asynchronous:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer as the user, who is looked up only when something is written."""
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)  # type: ignore[no-any-return]
        if self._asynchronous:
            return self._later(request)
        with acting("admin", partial(_name, request)):
            return self.get_response(request)  # type: ignore[no-any-return]

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with acting("admin", partial(_name, request)):
            return await self.get_response(request)  # type: ignore[no-any-return]


def _name(request: HttpRequest) -> str:
    """Look the user up, which costs a query, only when somebody asks."""
    return request.user.get_username()
