"""The way in: addresses, middleware, static files.

The middleware list is async from end to end. What the API does not need (sessions, log-in, CSRF, messages) steps aside
there: see `assistant.config.middleware`.
"""

from assistant.config import env

__all__ = [
    "ALLOWED_HOSTS",
    "APPEND_SLASH",
    "ASGI_APPLICATION",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DEBUG",
    "MIDDLEWARE",
    "ROOT_URLCONF",
    "STATIC_ROOT",
    "STATIC_URL",
    "TEMPLATES",
    "WHITENOISE_AUTOREFRESH",
    "WHITENOISE_USE_FINDERS",
]

_env = env.load()

DEBUG = _env.debug
ALLOWED_HOSTS = list(_env.allowed_hosts)
ROOT_URLCONF = "assistant.config.urls"
ASGI_APPLICATION = "assistant.config.asgi.application"
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024

MIDDLEWARE = [
    "assistant.config.middleware.ResponseHeaders",
    "assistant.config.middleware.StaticFiles",
    "assistant.config.middleware.Session",
    "assistant.config.middleware.Locale",
    "assistant.config.middleware.Common",
    "assistant.config.middleware.Csrf",
    "assistant.config.middleware.Authentication",
    "assistant.audit.middleware.SignedPages",
    "assistant.config.middleware.Messages",
    "assistant.config.middleware.FrameOptions",
    "assistant.config.middleware.ContentSecurityPolicy",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the apps' own folders, nothing to collect
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
