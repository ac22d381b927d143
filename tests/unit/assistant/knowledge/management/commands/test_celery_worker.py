"""`manage.py celery_worker` says what is missing."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_it_is_for_installations_that_chose_celery() -> None:
    with pytest.raises(CommandError, match="TASKS=celery"):
        call_command("celery_worker")
