"""Nobody forgets to decide what the audit log watches: each model that a person sets, and each of its fields."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin

from assistant.audit.watch import Watch

WATCHED = {watch.model.lower() for watch in settings.AUDITED}
UNWATCHED = {  # shown in the admin, and no setting of anybody's
    "audit.entry",  # the log itself
    "chat.conversation", "chat.handoff",  # what happened, not what was set
    "faq.thresholdcertificate", "faq.verifierversion",  # what follows from the pairs, which are watched; read-only
    "faq.generatedanswer",  # kept and counted by the machine all day; who withdraws or drops one is in Django's own log
    "intents.trainedclassifier",  # made from examples, which are watched
    "knowledge.ingestionjob",
    "editing.citation", "editing.run", "editing.gaps", "editing.twins", "editing.unrecognised",  # looked at, never set
    "editing.staledocument",  # another list of documents, which are watched
}  # fmt: skip
SECRET = ("password", "secret", "digest", "token", "email")


@pytest.mark.parametrize("watch", settings.AUDITED, ids=lambda watch: watch.model)
def test_about_each_field_of_a_watched_model_something_was_decided(watch: Watch) -> None:
    fields = {field.name for field in apps.get_model(watch.model)._meta.concrete_fields}
    assert fields == {*watch.kept, *watch.left_out}
    assert set(watch.label) <= fields


def test_each_model_of_the_admin_is_watched_or_said_not_to_be() -> None:
    shown = {model._meta.label_lower for model in admin.site._registry}
    assert shown - WATCHED - UNWATCHED == set()


def test_no_field_that_sounds_secret_is_kept() -> None:
    assert [f"{w.model}.{name}" for w in settings.AUDITED for name in w.kept if name.endswith(SECRET)] == []
