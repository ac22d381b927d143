"""Django's own cache (throttles, admin): Redis, the same one that holds answers and counters."""

from assistant.config import env, services

__all__ = ["CACHES"]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": services.resolve(env.load()).redis_url,
        "KEY_PREFIX": "django",
        "OPTIONS": {"socket_connect_timeout": 1.0, "socket_timeout": 1.0},
    }
}
