"""Keys, cookies and the content policy, under the environments that matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from assistant.config.settings import security
from tests.unit.assistant.config.settings.reading import read


def test_the_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    first = read("security", tmp_path)["SECRET_KEY"]
    assert first == (tmp_path / "secrets" / "secret_key").read_text(encoding="ascii")
    assert len(first) >= 43
    assert read("security", tmp_path)["SECRET_KEY"] == first


def test_two_installations_do_not_share_a_key(tmp_path: Path) -> None:
    one, two = (read("security", tmp_path / name)["SECRET_KEY"] for name in ("one", "two"))
    assert one != two


def test_a_key_from_the_environment_goes_first_and_is_not_written_down(tmp_path: Path) -> None:
    assert read("security", tmp_path, SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert not (tmp_path / "secrets" / "secret_key").exists()


@pytest.mark.parametrize(
    ("public", "secure"), [("https://help.example", True), ("http://help.example", False), ("", False)]
)
def test_cookies_keep_to_https_where_the_public_address_has_it(tmp_path: Path, public: str, secure: bool) -> None:
    found = read("security", tmp_path, PUBLIC_URL=public)
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is secure


def test_scripts_cannot_read_the_session_and_other_sites_cannot_post_with_it() -> None:
    assert security.SESSION_COOKIE_HTTPONLY is True
    assert security.SESSION_COOKIE_SAMESITE == security.CSRF_COOKIE_SAMESITE == "Lax"
    assert security.X_FRAME_OPTIONS == "DENY"


def test_the_policy_starts_from_nothing_and_allows_neither_inline_nor_foreign_code() -> None:
    directives = security.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        assert directives[name] == ["'self'"]
    assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
    said = {source for sources in directives.values() for source in sources}
    assert said == {"'none'", "'self'", "data:"}


@pytest.mark.parametrize("weak", ["short", "elevenchars", "password1234"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak)


@pytest.mark.parametrize("good", ["correct horse battery", "一二三四五六七八九十甲乙"])
def test_a_long_uncommon_password_is_taken_in_any_script(good: str) -> None:
    assert validate_password(good) is None  # type: ignore[func-returns-value]
