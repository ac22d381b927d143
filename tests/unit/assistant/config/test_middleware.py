from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path
from django.utils.module_loading import import_string

from assistant.config import middleware


async def _echo(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"session": hasattr(request, "session"), "user": hasattr(request, "user")})


async def _post(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


urlpatterns = [path("api/v1/echo", _echo), path("page/", _echo), path("page/post/", _post), path("v1/post", _post)]
here = override_settings(ROOT_URLCONF=__name__)


@here
async def test_the_api_carries_neither_session_nor_user() -> None:
    assert (await AsyncClient().get("/api/v1/echo")).json() == {"session": False, "user": False}


@here
async def test_a_page_carries_both() -> None:
    assert (await AsyncClient().get("/page/")).json() == {"session": True, "user": True}


@here
async def test_a_form_of_a_page_without_its_token_is_refused() -> None:
    assert (await AsyncClient(enforce_csrf_checks=True).post("/page/post/")).status_code == 403


@here
def test_it_is_refused_in_a_synchronous_stack_as_well() -> None:
    assert Client(enforce_csrf_checks=True).post("/page/post/").status_code == 403


@here
async def test_the_api_needs_no_token_because_it_takes_no_cookie() -> None:
    response = await AsyncClient(enforce_csrf_checks=True).post("/v1/post")
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("address", ["/api/v1/echo", "/page/"])
@here
async def test_every_answer_carries_the_protective_headers(address: str) -> None:
    response = await AsyncClient().get(address)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]


async def test_pages_may_load_their_own_scripts_and_nothing_inline() -> None:
    policy = (await AsyncClient().get("/nowhere/")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/api/v1", "/API/v1/ask", "//api/v1/ask", "/admin/api/v1/", "/v1"])
def test_a_path_that_only_looks_like_the_apis_gets_the_whole_stack(address: str) -> None:
    assert not address.startswith(middleware.LEAN_PATHS)


def test_the_whole_stack_is_asynchronous_so_no_request_hops_to_a_thread_for_it() -> None:
    async def end(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    for dotted in settings.MIDDLEWARE:
        assert iscoroutinefunction(import_string(dotted)(end)), dotted


async def test_a_static_file_is_served_with_its_type_and_caching() -> None:
    response = await AsyncClient().get("/static/admin/css/base.css")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert "max-age" in response.headers["Cache-Control"]
    assert b"body" in response.content


def test_a_static_file_is_served_in_a_synchronous_stack_as_well() -> None:
    assert Client().get("/static/admin/css/base.css").status_code == 200


async def test_an_unchanged_static_file_is_not_sent_again() -> None:
    first = await AsyncClient().get("/static/admin/css/base.css")
    again = await AsyncClient().get("/static/admin/css/base.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", ["/static/../manage.py", "/static/%2e%2e/manage.py", "/static/nothing.css"])
async def test_what_is_not_a_static_file_is_not_found(address: str) -> None:
    assert (await AsyncClient().get(address)).status_code == 404


def test_lean_middleware_returns_what_the_next_one_returns_untouched() -> None:
    marker: Awaitable[Any] = asyncio.Future(loop=asyncio.new_event_loop())
    session = middleware.Session(lambda _request: marker)  # type: ignore[arg-type]
    assert session(RequestFactory().get("/v1/models")) is marker


@pytest.mark.django_db(transaction=True)
async def test_a_log_in_works_through_the_asynchronous_stack() -> None:
    await get_user_model().objects.acreate_superuser("root", password="a long enough password")
    client = AsyncClient()
    assert await client.alogin(username="root", password="a long enough password")
    response = await client.get("/admin/password_change/")
    assert response.status_code == 200


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "登录"), ("en", "Log in")])
@pytest.mark.django_db
def test_the_log_in_page_speaks_the_readers_language(language: str, word: str) -> None:
    page = Client().get("/admin/login/", headers={"Accept-Language": language})
    assert word in page.content.decode()
