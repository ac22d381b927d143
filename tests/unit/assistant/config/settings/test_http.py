"""The way in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import resolve
from django.utils.module_loading import import_string

from assistant.config.settings import http
from tests.unit.assistant.config.settings.reading import read


def test_every_middleware_exists_and_works_without_a_thread() -> None:
    for path in http.MIDDLEWARE:
        assert getattr(import_string(path), "async_capable", False), path


def test_what_sets_headers_stands_outside_and_log_in_comes_after_the_session() -> None:
    order = [path.rpartition(".")[2] for path in http.MIDDLEWARE]
    assert order[0] == "ResponseHeaders"
    for earlier, later in [
        ("Session", "Locale"),
        ("Locale", "Common"),
        ("Session", "Csrf"),
        ("Session", "Authentication"),
        ("Authentication", "Messages"),
    ]:
        assert order.index(earlier) < order.index(later)


def test_pages_may_not_be_framed_and_bring_a_content_policy() -> None:
    assert "assistant.config.middleware.FrameOptions" in http.MIDDLEWARE
    assert "assistant.config.middleware.ContentSecurityPolicy" in http.MIDDLEWARE


def test_the_addresses_and_the_application_are_where_the_settings_say() -> None:
    assert import_string(http.ASGI_APPLICATION) is not None
    assert resolve("/admin/", http.ROOT_URLCONF).func is not None


def test_a_document_of_the_largest_allowed_size_fits_into_a_request() -> None:
    from retrieval.config import LoaderLimits

    assert LoaderLimits().bytes <= http.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_nothing_has_to_be_collected_before_the_first_start() -> None:
    assert http.STATIC_ROOT is None
    assert http.WHITENOISE_USE_FINDERS is True


def test_unless_told_otherwise_only_the_loopback_is_answered_and_nothing_is_debugged(tmp_path: Path) -> None:
    found = read("http", tmp_path)
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["DEBUG"] is False
    assert found["WHITENOISE_AUTOREFRESH"] is False


@pytest.mark.parametrize("said", ["1", "true", "YES"])
def test_the_environment_names_hosts_and_switches_debugging_on(tmp_path: Path, said: str) -> None:
    found = read("http", tmp_path, ALLOWED_HOSTS="shop.example, 商店.example", DEBUG=said)
    assert found["ALLOWED_HOSTS"] == ["shop.example", "商店.example"]
    assert found["DEBUG"] is True
    assert found["WHITENOISE_AUTOREFRESH"] is True
