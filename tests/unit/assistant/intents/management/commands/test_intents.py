"""The operator trains, looks at the versions and goes back, from the command line."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.accounts.models import Tenant
from assistant.intents import services


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("intents", *arguments, stdout=out)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(said(*arguments, "--json").splitlines()[-1])
    return found


def test_train_see_go_back(tenant: Tenant) -> None:
    (first,) = rows("train", "acme")
    assert first["state"] == "live"
    services.save_intent(tenant, "refund", [("Please reimburse me", "en")])
    assert "held-out accuracy" in said("train", "acme")
    listed = rows("versions", "acme")
    assert [row["state"] for row in listed] == ["live", "retired"]
    assert listed[0]["gate"]["shared"] > 20
    assert "shared with version" in said("versions", "acme")
    (back,) = rows("rollback", "acme")
    assert (back["version"], back["went_live_by"]) == (first["version"], "command")
    (forward,) = rows("live", "acme", str(listed[0]["version"]))
    assert forward["version"] == listed[0]["version"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["versions", "nobody"], "There are: acme"),
        (["live", "acme"], "Name the version"),
        (["live", "acme", "77"], "no trained version 77"),
        (["rollback", "acme"], "Name the version to go back to"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(tenant: Tenant, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("intents", *arguments)
