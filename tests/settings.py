"""The house's own settings, pointed at a folder of this test run; the servers behind them are real."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="assistant-tests-"))
_folder.chmod(0o755)  # PostgreSQL runs as an unprivileged user when the tests run as root
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

_outside = ("DATABASE_URL", "REDIS_URL", "MODEL_URL", "MODEL_NAME", "MODEL_API_KEY", "PUBLIC_URL", "DEBUG")
for _name in _outside:
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(_folder)

from assistant.config.supervisor import postgres, redis_server  # noqa: E402

CLUSTER = postgres.cluster(_folder)
STORE = redis_server.store(_folder)
os.environ["DATABASE_URL"] = CLUSTER.url()
os.environ["REDIS_URL"] = STORE.url

from assistant.config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"].pop("pool")  # noqa: F405 - a test database cannot be dropped under a pool
