"""Whether Redis and PostgreSQL answer right now, for the readiness page."""

from __future__ import annotations

import redis
from django.db import DatabaseError, InterfaceError, connection


def redis_answers(url: str) -> bool:
    """Say whether Redis answers within half a second."""
    with redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


def database_answers() -> bool:
    """Say whether PostgreSQL answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connection.close()
