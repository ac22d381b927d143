"""The one description of this installation that rooms receive."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from django.conf import settings

from assistant.config.house import HouseConfig


def test_the_description_of_a_running_house_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.HOUSE.redis_url = "redis://elsewhere"
    assert not hasattr(settings.HOUSE, "__dict__")


def test_every_field_has_to_be_given_so_that_no_room_runs_on_a_silent_default() -> None:
    with pytest.raises(TypeError, match="data_dir"):
        HouseConfig()  # type: ignore[call-arg]
    fields = dataclasses.fields(HouseConfig)
    assert all(field.default is dataclasses.MISSING for field in fields)


def test_what_this_process_writes_lies_below_its_data_dir() -> None:
    house = settings.HOUSE
    assert house.data_dir.is_absolute()
    assert house.index_dir.is_relative_to(house.data_dir)
    assert house.model_state_file.is_relative_to(house.data_dir)


def test_a_copy_with_another_folder_leaves_the_first_as_it_was() -> None:
    moved = dataclasses.replace(settings.HOUSE, data_dir=Path("/elsewhere"))
    assert moved.data_dir == Path("/elsewhere")
    assert settings.HOUSE.data_dir != moved.data_dir
    assert moved.redis_url == settings.HOUSE.redis_url


def test_the_key_for_the_model_is_a_secret_of_this_installation() -> None:
    kept = settings.HOUSE.data_dir / "secrets" / "model_api_key"
    assert settings.HOUSE.model_api_key == kept.read_text(encoding="ascii")
    assert kept.stat().st_mode & 0o077 == 0
    assert len(settings.HOUSE.model_api_key) >= 43


def test_without_a_public_address_links_point_to_the_loopback() -> None:
    assert settings.HOUSE.public_url.startswith("http://127.0.0.1:")
