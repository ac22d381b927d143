"""`manage.py intents train|versions|live|rollback TENANT`: train, see the versions, choose the one that answers."""

from __future__ import annotations

import json
from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError
from assistant.intents import services
from assistant.intents.models import TrainedClassifier
from retrieval.errors import EncoderUnavailable


class Command(BaseCommand):
    help = (
        "train: learn from the examples as they are; the result goes live when it is not worse. versions: list what "
        "was trained. live: make one of them the live one. rollback: go back to the one that was live before."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["train", "versions", "live", "rollback"])
        parser.add_argument("tenant", help="the tenant's short name (slug)")
        parser.add_argument("version", nargs="?", type=int, help="for `live`: the version's number")
        parser.add_argument(
            "--fine-tune", action=BooleanOptionalAction, help="for `train`: learn a map of the embeddings too, or not"
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON, last")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = Tenant.objects.get(slug=options["tenant"])
            rows = self._do(options["action"], tenant, options["version"], options["fine_tune"])
        except Tenant.DoesNotExist:
            there = ", ".join(Tenant.objects.values_list("slug", flat=True)) or "-"
            raise CommandError(f"There is no tenant {options['tenant']!r}. There are: {there}.") from None
        except (AssistantError, EncoderUnavailable) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps([services.described(row) for row in rows], ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(_line(row))

    def _do(self, action: str, tenant: Tenant, version: int | None, fine_tune: bool | None) -> list[TrainedClassifier]:
        if action == "train":
            return [services.train_tenant(tenant, fine_tune=fine_tune)]
        if action == "rollback":
            return [services.roll_back(tenant, by="command")]
        if action == "live":
            if version is None:
                raise CommandError("Name the version that shall go live; `versions` lists them.")
            return [services.go_live(tenant, version, by="command")]
        return list(services.versions(tenant.slug))


def _line(row: TrainedClassifier) -> str:
    facts = services.described(row)
    accuracy = "-" if row.held_out_accuracy is None else f"{row.held_out_accuracy:.1%}"
    parts = [f"version {row.version}", f"{row.examples} examples", f"held-out accuracy {accuracy}", facts["state"]]
    parts += ["fine-tuned"] if row.fine_tuned else []
    gate = facts["gate"]
    if gate and gate["shared"]:
        parts.append(
            f"on {gate['shared']} questions shared with version {gate['before']}: {gate['old_accuracy']:.1%} before, "
            f"{gate['new_accuracy']:.1%} now ({gate['gained']} gained, {gate['lost']} lost, 95 % of the difference "
            f"{gate['low']:+.1%} to {gate['high']:+.1%})"
        )
    return "; ".join(parts)
