"""`manage.py load_demo`: the demo tenant with its intents, curated answers and documents. Twice changes nothing."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from assistant.accounts.models import Tenant
from assistant.knowledge.demo_files import FOLDER
from assistant.knowledge.encoder import shared_encoder, use_threads


class Command(BaseCommand):
    help = "Load the demo knowledge base. What an editor changed since is kept; loading twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        use_threads(os.cpu_count() or 1)
        slug = settings.HOUSE.demo_tenant
        tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": "Lanhai 蓝海", "language": "zh"})
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns) as bars:
            for label, path in settings.DEMO_LOADERS:
                bar = bars.add_task(f"demo: {label}", total=None)

                def report(done: int, total: int, bar: Any = bar) -> None:
                    bars.update(bar, completed=done, total=total)

                changed = import_string(path)(tenant, FOLDER, shared_encoder, report)
                bars.update(bar, completed=1, total=1, description=f"demo: {label} ({changed} changed)")
