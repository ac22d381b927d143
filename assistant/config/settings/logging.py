"""Logs: one JSON object a line on standard error, no personal data (see `assistant.config.logs`)."""

from assistant.config import env, logs

__all__ = ["LOGGING", "LOGGING_CONFIG"]

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.config(env.load().log_level)
