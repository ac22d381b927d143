"""Exact origins, in the form that browsers send."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from assistant.widget.origins import is_origin, origin_of, own_origins


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example",
        "http://localhost:3000",
        "https://xn--fiqs8s.example",
        "http://127.0.0.1:8660",
        "https://[::1]:8443",
    ],
)
def test_exact_origins_are_taken(origin: str) -> None:
    assert is_origin(origin)


@pytest.mark.parametrize(
    "text",
    [
        "", "*", "null", "shop.example", "//shop.example", "https://", "https://*.shop.example", "https://shop.example/",
        "https://shop.example/path", "https://shop.example?x", "https://shop.example#x", "HTTPS://shop.example",
        "https://Shop.example", "https://shop.example:443", "http://shop.example:80", "https://user@shop.example",
        "ftp://shop.example", "javascript://shop.example", "file:///etc", "https://shop.example:port", "https://中国.example",
        "https://shop.example https://evil.example", "https://shop.example\n", "https://shop.example\\@evil", None, 7,
    ],
)  # fmt: skip
def test_anything_else_is_not_an_origin(text: object) -> None:
    assert not is_origin(text)


def test_the_origin_header_is_what_counts() -> None:
    request = RequestFactory().get("/", headers={"Origin": "https://shop.example", "Sec-Fetch-Site": "same-origin"})
    assert origin_of(request) == "https://shop.example"


def test_a_same_origin_get_has_no_origin_header_and_is_vouched_for_by_the_browser() -> None:
    request = RequestFactory().get("/", headers={"Sec-Fetch-Site": "same-origin"})
    assert origin_of(request) == "http://testserver"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_without_either_there_is_no_origin(site: str) -> None:
    request = RequestFactory().get("/", headers={"Sec-Fetch-Site": site, "Referer": "http://testserver/"})
    assert origin_of(request) is None


def test_the_servers_own_pages_are_those_of_its_host_and_of_its_public_address() -> None:
    own = own_origins(RequestFactory().get("/"))
    assert "http://testserver" in own
    assert any(origin.startswith("http://127.0.0.1") for origin in own)
