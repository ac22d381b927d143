"""Makes the settings an app, for its commands (`up`, `models`, `serve_model`)."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Commands and texts of the house as a whole."""

    name = "assistant.config"
    label = "house"
