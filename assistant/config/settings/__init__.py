"""Django's settings, one module a topic. Values come from `assistant.config.env`, nowhere else."""

from assistant.config.settings.apps import *  # noqa: F403
from assistant.config.settings.cache import *  # noqa: F403
from assistant.config.settings.database import *  # noqa: F403
from assistant.config.settings.house import *  # noqa: F403
from assistant.config.settings.http import *  # noqa: F403
from assistant.config.settings.logging import *  # noqa: F403
from assistant.config.settings.rooms import *  # noqa: F403
from assistant.config.settings.security import *  # noqa: F403
