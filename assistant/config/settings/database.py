"""PostgreSQL, the truth. One pool of connections a process."""

from assistant.config import database, env, services

__all__ = ["DATABASES"]

DATABASES = {"default": database.from_url(services.resolve(env.load()).database_url)}
