"""Who is let in: every wrong origin, token, site and identity is refused, on every address."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import AsyncClient

from assistant.widget import door, tokens
from assistant.widget.models import Site
from assistant.widget.tokens import Session
from tests.unit.assistant.widget.test_identity import signed
from tests.visitor import PAGE, Visitor

pytestmark = pytest.mark.usefixtures("redis_url", "site")
ADDRESSES = [("POST", "ask"), ("GET", "answers/0191b3e0-0000-8000-8000-000000000000/events")]


async def call(visitor: Visitor, method: str, path: str) -> Any:
    return await (visitor.get(path) if method == "GET" else visitor.post(path, {"question": "Hello?"}))


async def test_a_page_on_the_list_gets_a_session_and_may_read_it() -> None:
    visitor = Visitor()
    response = await visitor.post("token", {"site": "shop"})
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    assert response.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    session = response.json()
    assert session["expires_in"] == 600
    assert session["suggestions"] == {"en": ["One?", "Two?"], "zh": []}
    assert set(session["ready"]) == {"faq", "search", "model"}
    assert "identity_secret" not in response.content.decode()


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", "https://evil.example", "http://shop.example", "https://shop.example.evil.example",
        "https://shop.example:8443", "https://SHOP.example", "https://sub.shop.example", "https://shop.example/",
        "https://evilshop.example", "https://shop.example, https://evil.example", "",
    ],
)  # fmt: skip
async def test_any_other_page_is_refused_and_may_not_even_read_why(origin: str | None) -> None:
    response = await Visitor(origin=origin).post("token", {"site": "shop"})
    assert response.status_code == 403
    assert response.json()["code"] == "origin_not_allowed"
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_the_servers_own_pages_need_no_entry() -> None:
    response = await Visitor(origin="http://testserver").post("token", {"site": "shop"})
    assert response.status_code == 200


async def test_a_preflight_is_answered_for_listed_pages_only() -> None:
    client = AsyncClient()
    for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None)):
        response = await client.options("/widget/v1/ask", headers={"Origin": origin})
        assert response.status_code == 204
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


async def test_an_unknown_or_disabled_site_is_told_apart_from_nothing(site: Site) -> None:
    assert (await Visitor().post("token", {"site": "none"})).status_code == 404
    site.enabled = False
    await site.asave()
    door.SITES._read_at = float("-inf")
    response = await Visitor().post("token", {"site": "shop"})
    assert (response.status_code, response.json()["code"]) == (404, "unknown_site")


async def test_a_disabled_site_ends_running_sessions_within_seconds(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor()
    await visitor.arrive()
    await Site.objects.filter(pk=site.pk).aupdate(enabled=False)
    real = time.monotonic
    monkeypatch.setattr("assistant.widget.door.SITES._clock", lambda: real() + 3)
    assert (await call(visitor, "POST", "ask")).status_code == 404


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_without_a_token_nothing_is_answered(method: str, path: str) -> None:
    visitor = Visitor()
    for token in ("", "nonsense", "a:b:c", "ak_0123_456"):
        visitor.token = token
        response = await call(visitor, method, path)
        assert (response.status_code, response.json()["code"]) == (401, "session_expired")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_an_old_token_is_refused(method: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor()
    await visitor.arrive()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 601)
    assert (await call(visitor, method, path)).status_code == 401


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
async def test_a_token_is_good_on_its_own_page_only(site: Site, method: str, path: str) -> None:
    site.origins = [PAGE, "https://other.example"]
    await site.asave()
    thief = Visitor(origin="https://other.example")
    thief.token = (await Visitor().arrive())["token"]
    assert (await call(thief, method, path)).status_code == 401
    thief.headers["Origin"] = "https://evil.example"
    assert (await call(thief, method, path)).status_code == 403


async def test_a_session_token_cannot_renew_itself() -> None:
    first = await Visitor().arrive()
    second = await Visitor().arrive(visitor=first["token"])
    assert tokens.read(second["token"]).visitor != tokens.read(first["token"]).visitor


async def test_a_returning_visitor_stays_the_same() -> None:
    first = await Visitor().arrive()
    second = await Visitor().arrive(visitor=first["visitor"])
    assert tokens.read(second["token"]).visitor == tokens.read(first["token"]).visitor


async def test_a_site_for_signed_in_visitors_refuses_anonymous_ones_everywhere(site: Site) -> None:
    anonymous = Visitor()
    await anonymous.arrive()
    await Site.objects.filter(pk=site.pk).aupdate(require_identity=True)
    door.SITES._read_at = float("-inf")
    assert (await Visitor().post("token", {"site": "shop"})).json()["code"] == "identity_required"
    for method, path in ADDRESSES:
        assert (await call(anonymous, method, path)).json()["code"] == "identity_required"


async def test_a_signed_identity_makes_the_same_visitor_on_every_device(site: Site) -> None:
    claims = {"sub": "customer-7", "aud": "shop", "exp": time.time() + 300}
    visitors = set()
    for _ in range(2):
        session = await Visitor().arrive(identity=signed(claims, secret=site.identity_secret))
        assert session["visitor"] is None, "an identity is proven again each time, not kept in the browser"
        visitors.add(tokens.read(session["token"]))
    assert len(visitors) == 1
    assert visitors.pop().identified


async def test_a_forged_identity_is_refused_even_where_none_is_needed(site: Site) -> None:
    claims = {"sub": "customer-7", "aud": "shop", "exp": time.time() + 300}
    response = await Visitor().post("token", {"site": "shop", "identity": signed(claims, secret="guess")})
    assert (response.status_code, response.json()["code"]) == (401, "bad_identity")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[]", "invalid_input"),
        (b"\xff\xfe", "wrong_encoding"),
        (b'{"site": 7}', "invalid_input"),
        (b'{"site": ""}', "invalid_input"),
        (b'{"site": "shop", "admin": true}', "invalid_input"),
        (b'{"site": "' + b"x" * 100 + b'"}', "invalid_input"),
    ],
)
async def test_a_body_that_makes_no_sense_is_told_what_is_wrong(body: bytes, code: str) -> None:
    response = await Visitor(language="zh-CN").post("token", body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert any("一" <= letter <= "鿿" for letter in response.json()["detail"])


async def test_other_methods_are_refused_and_told_the_right_one() -> None:
    response = await AsyncClient().put("/widget/v1/token", b"{}", headers={"Origin": PAGE})
    assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")


async def test_a_token_of_another_site_does_not_open_this_one(site: Site) -> None:
    other = Site.objects.model(tenant=site.tenant, name="Other", public_id="other", origins=["https://other.example"])
    await other.asave()
    visitor = Visitor()
    visitor.token = tokens.issue(Session("other", PAGE, "v"))
    assert (await call(visitor, "POST", "ask")).status_code == 403
