import os
import shutil

import pytest

from infra.bootstrap import system_packages
from infra.bootstrap.checks import Problem


@pytest.fixture
def one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "_is_there", lambda package: package != "chromium")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_the_list_names_packages_without_their_comments() -> None:
    wanted = system_packages.wanted()
    assert "chromium" in wanted
    assert all(name.replace("-", "").isalnum() for name in wanted)


def test_who_may_not_install_is_told_what_to_ask_for(one_is_missing: None, capsys: pytest.CaptureFixture[str]) -> None:
    system_packages.ensure(ci=False)
    said = capsys.readouterr().out
    assert "apt-get install chromium" in said
    assert "浏览器测试需要" in said


def test_continuous_integration_fails_instead(one_is_missing: None) -> None:
    with pytest.raises(Problem, match="chromium"):
        system_packages.ensure(ci=True)


def test_with_everything_there_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "_is_there", lambda _: True)
    system_packages.ensure(ci=True)
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is about Debian and its children")
def test_an_installed_package_is_recognised_and_an_unknown_one_is_not() -> None:
    assert system_packages._is_there("dpkg")
    assert not system_packages._is_there("no-such-package-anywhere")
