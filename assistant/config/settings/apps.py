"""What is installed, the languages, and the REST framework."""

from assistant.config.env import CHECKOUT

__all__ = [
    "DEFAULT_AUTO_FIELD",
    "INSTALLED_APPS",
    "LANGUAGES",
    "LANGUAGE_CODE",
    "LOCALE_PATHS",
    "REST_FRAMEWORK",
    "SPECTACULAR_SETTINGS",
    "TIME_ZONE",
    "USE_I18N",
    "USE_TZ",
]

INSTALLED_APPS = [
    "assistant.console.adminapp.ConsoleAdminConfig",  # django.contrib.admin with the dashboard in front
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "assistant.config",
    "assistant.audit",
    "assistant.accounts",
    "assistant.knowledge",
    "assistant.intents",
    "assistant.faq",
    "assistant.chat",
    "assistant.editing",
    "assistant.api",
    "assistant.widget",
    "assistant.console",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [CHECKOUT / "assistant" / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # assistant.api brings the tenant key
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Assistant API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Questions, conversations, FAQ entries and documents of one tenant, and the OpenAI shape under /v1.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "assistant.api.openapi.add_doors"],
}
