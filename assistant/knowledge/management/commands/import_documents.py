"""`manage.py import_documents --tenant T --folder F`: bring in a folder, a zip, a list of addresses or a checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from assistant.accounts.models import Tenant
from assistant.audit.actor import acting
from assistant.errors import AssistantError
from assistant.knowledge.imports.addresses import Addresses
from assistant.knowledge.imports.archive import Archive
from assistant.knowledge.imports.bringing import Manner, bring, counts
from assistant.knowledge.imports.checkout import Checkout
from assistant.knowledge.imports.fetch import Fetcher
from assistant.knowledge.imports.folder import Folder
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import Outcome, Place, What


class Command(BaseCommand):
    help = (
        "Bring documents in and queue them to be read. Run again, it touches only what changed; every file's outcome "
        "is listed, and one that cannot be taken stops no other. A manifest.csv or manifest.jsonl in the place (path, "
        "and any of the options below as columns) says more about single files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", default=settings.HOUSE.demo_tenant, help="short name; default: %(default)s")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--folder", type=Path, help="a folder with everything below it")
        place.add_argument("--zip", type=Path, help="a zip, whose name says whether it was imported before")
        place.add_argument("--urls", type=Path, help="addresses: a line each, or .csv or .jsonl with a column url")
        place.add_argument("--git", type=Path, help="a git checkout: what is tracked at its HEAD")
        parser.add_argument("--subfolder", default="", help="with --git: this folder of it alone")
        parser.add_argument("--name", help="what the place is called, when its path or file name may change")
        for field in Given.model_fields:
            parser.add_argument(f"--{field.replace('_', '-')}", help=f"{field} of all files")
        parser.add_argument("--withdraw-vanished", action="store_true", help="take out of search what is not there now")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when a file was refused")
        parser.add_argument("--json", action="store_true", help="print the outcomes as one line of JSON, last")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. Make it in the admin, or name another.")
        manner = Manner(_given(options), "manage.py", options["withdraw_vanished"])
        outcomes = []
        try:
            with acting("import"):
                for outcome in bring(_place(options), tenant, manner):
                    outcomes.append(outcome)
                    self._tell(outcome)
        except AssistantError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. Check the path and who may read it.") from error
        found = counts(outcomes)
        self.stdout.write(", ".join(f"{number} {what}" for what, number in found.items()) or "nothing was found")
        if options["json"]:
            self.stdout.write(json.dumps({"counts": found, "files": [_row(o) for o in outcomes]}, ensure_ascii=False))
        if options["strict"] and What.REFUSED in found:
            raise CommandError(f"{found[What.REFUSED]} files were refused.")

    def _tell(self, outcome: Outcome) -> None:
        if outcome.what is not What.UNCHANGED:
            reason = f"  {outcome.text.en}" if outcome.text else ""
            self.stdout.write(f"{outcome.what:<10} {outcome.path}{reason}")


def _given(options: dict[str, Any]) -> Given:
    try:
        return Given(**{field: options[field] for field in Given.model_fields if options[field] is not None})
    except ValidationError as error:
        worst = error.errors()[0]
        option = f"--{str(worst['loc'][0]).replace('_', '-')}: " if worst["loc"] else ""
        raise CommandError(option + worst["msg"]) from error


def _place(options: dict[str, Any]) -> Place:
    name = options["name"]
    if options["folder"]:
        return Folder(options["folder"], name=name)
    if options["zip"]:
        return Archive(options["zip"], name or options["zip"].name)
    if options["git"]:
        return Checkout(options["git"], subfolder=options["subfolder"], name=name)
    path: Path = options["urls"]
    fetcher = Fetcher(private=settings.HOUSE.import_private_addresses)
    return Addresses(name or path.name, path.name, path.read_bytes(), fetcher)


def _row(outcome: Outcome) -> dict[str, str | None]:
    return {
        "path": outcome.path,
        "outcome": outcome.what,
        "code": outcome.code or None,
        "reason": outcome.text.en if outcome.text else None,
        "document": str(outcome.document) if outcome.document else None,
    }
