"""Signed identities, and every way to forge one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from assistant.errors import NotAuthenticated
from assistant.widget import identity

SECRET = "a-secret-of-the-site"
NOW = 1_800_000_000.0
GOOD = {"sub": "customer-7", "aud": "site_a", "exp": NOW + 600}


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: Any, *, head: Any = None, secret: str = SECRET) -> str:
    body = f"{encoded(head or {'alg': 'HS256', 'typ': 'JWT'})}.{encoded(claims)}"
    return f"{body}.{encoded(hmac.digest(secret.encode(), body.encode(), hashlib.sha256))}"


def subject(token: str) -> str:
    return identity.subject(token, secret=SECRET, site="site_a", now=NOW)


def test_a_good_identity_names_the_visitor() -> None:
    assert subject(signed(GOOD)) == "customer-7"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "not a JSON Web Token"),
        ("a.b", "not a JSON Web Token"),
        ("a.b.c.d", "not a JSON Web Token"),
        (signed({**GOOD, "sub": "x" * 5000}), "not a JSON Web Token"),
        ("%%.%%.%%", "base64url"),
        (f"{encoded(b'no json')}.e30.e30", "not JSON"),
        (encoded(bytes([255])) + ".e30.e30", "not JSON"),
        (f"{encoded([1])}.e30.e30", "not a JSON object"),
        (signed(GOOD, secret="another"), "signature"),
        (signed(GOOD, head={"alg": "none"}), "alg must be HS256"),
        (signed(GOOD, head={"alg": "hs256"}), "alg must be HS256"),
        (signed(GOOD, head={"alg": "HS512"}), "alg must be HS256"),
        (signed(GOOD, head={"typ": "JWT"}), "alg must be HS256"),
        (signed(GOOD).rsplit(".", 1)[0] + ".", "signature"),
        (signed([1]), "not a JSON object"),
        (signed({**GOOD, "aud": "site_b"}), "aud"),
        (signed({**GOOD, "aud": ["site_a"]}), "aud"),
        (signed({key: value for key, value in GOOD.items() if key != "aud"}), "aud"),
        (signed({key: value for key, value in GOOD.items() if key != "exp"}), "exp is missing"),
        (signed({**GOOD, "exp": "2099"}), "exp is missing"),
        (signed({**GOOD, "exp": True}), "exp is missing"),
        (signed({**GOOD, "exp": NOW - 61}), "next hour"),
        (signed({**GOOD, "exp": NOW + 3700}), "next hour"),
        (signed({**GOOD, "exp": float("inf")}), "next hour"),
        (signed({**GOOD, "exp": float("nan")}), "next hour"),
        (signed({**GOOD, "sub": ""}), "sub"),
        (signed({**GOOD, "sub": 7}), "sub"),
        (signed({key: value for key, value in GOOD.items() if key != "sub"}), "sub"),
    ],
)
def test_anything_else_is_refused_with_a_reason(token: str, reason: str) -> None:
    with pytest.raises(NotAuthenticated, match=reason) as caught:
        subject(token)
    assert caught.value.code == "bad_identity"


def test_no_reason_shows_the_secret() -> None:
    with pytest.raises(NotAuthenticated) as caught:
        subject(signed(GOOD, secret="another"))
    assert SECRET not in caught.value.text.en + caught.value.text.zh


def test_a_clock_that_is_a_minute_off_is_forgiven() -> None:
    assert subject(signed({**GOOD, "exp": NOW - 30})) == "customer-7"


def test_the_visitor_id_is_stable_and_says_nothing() -> None:
    made = identity.visitor_of("site_a", "alice@example.org")
    assert made == identity.visitor_of("site_a", "alice@example.org")
    assert made != identity.visitor_of("site_b", "alice@example.org")
    assert "alice" not in made
