"""What is installed, and that all of it is there."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.utils import translation
from django.utils.module_loading import import_string

from assistant.config.settings import apps as settings


def test_every_room_of_the_assistant_that_has_models_or_commands_is_installed() -> None:
    rooms = {path.parent.name for path in Path("assistant").glob("*/apps.py")}
    assert rooms
    assert {f"assistant.{room}" for room in rooms} <= set(settings.INSTALLED_APPS)


def test_nothing_is_installed_twice() -> None:
    assert len(settings.INSTALLED_APPS) == len(set(settings.INSTALLED_APPS))
    assert apps.is_installed("django.contrib.admin")


def test_the_console_replaces_djangos_own_admin_site() -> None:
    assert settings.INSTALLED_APPS[0] == "assistant.console.adminapp.ConsoleAdminConfig"
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    assert apps.get_app_config("admin").default_site == "assistant.console.site.ConsoleSite"


def test_both_languages_are_offered_under_their_own_names() -> None:
    assert dict(settings.LANGUAGES) == {"en": "English", "zh-hans": "简体中文"}
    assert settings.LANGUAGE_CODE in dict(settings.LANGUAGES)


def test_our_chinese_words_are_found_where_the_settings_say() -> None:
    [folder] = settings.LOCALE_PATHS
    assert (folder / "zh_Hans" / "LC_MESSAGES" / "django.mo").is_file()
    with translation.override("zh-hans"):
        assert translation.gettext("tenant") == "租户"
    with translation.override("en"):
        assert translation.gettext("tenant") == "tenant"


def test_times_are_kept_in_utc() -> None:
    assert (settings.USE_TZ, settings.TIME_ZONE) == (True, "UTC")


def test_everything_that_the_rest_framework_is_told_exists() -> None:
    names = [*settings.REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"], *settings.REST_FRAMEWORK["DEFAULT_PARSER_CLASSES"]]  # type: ignore[misc]
    names.append(settings.REST_FRAMEWORK["DEFAULT_SCHEMA_CLASS"])
    assert all(isinstance(import_string(name), type) for name in names)


def test_the_api_answers_json_alone_and_shows_no_browsable_pages() -> None:
    assert settings.REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"] == ["rest_framework.renderers.JSONRenderer"]


def test_the_api_docs_load_nothing_from_other_servers() -> None:
    for name in ("SWAGGER_UI_DIST", "SWAGGER_UI_FAVICON_HREF", "REDOC_DIST"):
        assert settings.SPECTACULAR_SETTINGS[name] == "SIDECAR"
