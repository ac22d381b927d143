"""Pages of the admin act as whoever is logged in, in both kinds of stack; nothing else does."""

from __future__ import annotations

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from assistant.audit.actor import current
from assistant.audit.middleware import SignedPages


def request(path: str, user: User | AnonymousUser) -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = user
    return made


def told(_: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{current().channel}:{current().name()}")


async def told_later(asked: HttpRequest) -> HttpResponse:
    return told(asked)


def test_a_page_of_the_admin_acts_as_its_reader_and_the_next_one_does_not() -> None:
    pages = SignedPages(told)
    assert pages(request("/admin/x/", User(username="ann"))).content == b"admin:ann"  # type: ignore[union-attr]
    assert pages(request("/admin/x/", AnonymousUser())).content == b"admin:"  # type: ignore[union-attr]
    assert current().channel == "system"


def test_the_api_signs_for_itself() -> None:
    answer = SignedPages(told)(request("/api/v1/faq", User(username="ann")))
    assert answer.content == b"system:"  # type: ignore[union-attr]


async def test_an_async_stack_is_signed_too() -> None:
    pages = SignedPages(told_later)
    assert iscoroutinefunction(pages)
    answer = await pages(request("/admin/x/", User(username="ann")))  # type: ignore[misc]
    assert answer.content == b"admin:ann"
    answer = await pages(request("/readyz", User(username="ann")))  # type: ignore[misc]
    assert answer.content == b"system:"
    assert current().channel == "system"
