"""The fixtures that every other test of the data layer leans on."""

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_the_tests_talk_to_a_real_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        assert int(cursor.fetchone()[0].split(".")[0]) >= 16
    get_user_model().objects.create_user("a")
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db
def test_each_test_finds_the_database_empty() -> None:
    assert get_user_model().objects.count() == 0


def test_the_settings_point_to_a_real_redis_behind_a_password(redis_url: str) -> None:
    cache.set("a", 1)
    assert cache.get("a") == 1
    socket = redis_url.partition("@")[2].partition("?")[0]
    with redis.Redis(unix_socket_path=socket) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
