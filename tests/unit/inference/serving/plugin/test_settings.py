import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from inference.serving.plugin.settings import PluginSettings, settings_in


def test_what_the_launcher_writes_is_what_the_plugin_reads() -> None:
    settings = PluginSettings(library=Path('/folder with "quotes"/lib.so'), silent_shared_expert=True)
    assert settings_in(json.loads(settings.as_additional_config())) == settings


@pytest.mark.parametrize("given", [None, {}, {"theirs": 1}, "text"])
def test_without_our_part_there_are_no_settings(given: object) -> None:
    assert settings_in(given) is None


@pytest.mark.parametrize("given", [{"house": {}}, {"house": {"library": "/l", "other": 1}}])
def test_a_part_that_is_not_ours_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        settings_in(given)
