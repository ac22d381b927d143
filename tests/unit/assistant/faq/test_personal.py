"""The verifier of a tenant: learnt from its own feedback, gated, versioned, and the certificates that follow."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.faq import calibration, issuing, personal, verifier
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import CalibrationPair, FaqEntry, PairOrigin, VerifierVersion
from retrieval.protocols import Encoder

THINGS = [
    "lamp", "chair", "table", "sofa", "shelf", "carpet", "mirror", "clock", "vase",
    "frame", "stool", "desk", "bench", "rug", "bed", "pillow", "quilt", "drawer",
]  # fmt: skip


def judge(tenant: Tenant, *, wrong_way: bool = False) -> None:
    """Say of a shop for furniture that "collect" and "fetch" are one, and that selling is not repairing."""
    pairs = [(f"Can I collect the {thing} myself?", f"May I fetch my {thing}?", True) for thing in THINGS]
    pairs += [(f"Do you sell a {thing}?", f"Do you mend a {thing}?", False) for thing in THINGS]
    pairs += [(f"How heavy is the {thing}?", f"Is the {thing} heavy?", True) for thing in THINGS[:6]]
    CalibrationPair.objects.bulk_create(
        CalibrationPair(
            tenant=tenant, language="en", domain="general", question_a=a, question_b=b, same=same != wrong_way,
            origin=PairOrigin.IMPORTED, digest=calibration.digest(a, b) or "",
        )
        for a, b, same in pairs
    )  # fmt: skip


def test_feedback_makes_a_version_and_the_certificates_are_issued_for_it(
    tenant: Tenant, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    judge(tenant)
    issuing.reissue(house_encoder)
    version = VerifierVersion.objects.get(tenant=tenant)
    assert (version.number, version.pairs, version.same) == (1, 42, 24)
    assert version.live == (version.auc_after >= version.auc_before and version.loss_after < version.loss_before)
    assert version.live, "the pairs were written so that there is something to learn"
    row = issuing.in_force("acme")["en", "general"]
    assert row.verifier == f"{verifier.shipped().checksum}+1"
    own = personal.live("acme", house_encoder.name)
    assert issuing.usable(row, house_encoder.name, own) == row.threshold
    assert issuing.usable(row, house_encoder.name) is None
    assert issuing.reissue(house_encoder) == 0
    assert VerifierVersion.objects.count() == 1


def test_look_ups_follow_the_version_and_nothing_is_served_by_a_certificate_of_another_judge(
    tenant: Tenant, index: FaqIndex, house_encoder: Encoder
) -> None:
    judge(tenant)
    issuing.reissue(house_encoder)
    index.refresh()
    own = index._own["acme"]
    assert own is not None
    assert index._thresholds["acme"]["en", "general"] == issuing.in_force("acme")["en", "general"].threshold
    asked = "What is the phone number of yours?"
    vector = house_encoder.encode_questions([asked])[0]
    with_own = index.nearest("acme", vector, asked, "en")
    personal.retire(tenant)
    index.refresh()
    assert index._own["acme"] is None
    assert index._thresholds["acme"]["en", "general"] is None  # until the certificates are issued again
    assert index.nearest("acme", vector, asked, "en") is None
    assert issuing.reissue(house_encoder) == 2
    index.refresh()
    assert index._thresholds["acme"]["en", "general"] is not None
    assert with_own is None or with_own.key == "phone"


def test_too_few_pairs_leave_the_shipped_verifier_alone(tenant: Tenant, house_encoder: Encoder) -> None:
    judge(tenant)
    CalibrationPair.objects.filter(pk__in=CalibrationPair.objects.values("pk")[:10]).delete()
    assert personal.follow(tenant, house_encoder) is None
    assert VerifierVersion.objects.count() == 0
    assert personal.live("acme", house_encoder.name) is None


def test_a_version_that_does_not_pass_is_kept_and_the_one_before_is_retired(
    tenant: Tenant, house_encoder: Encoder
) -> None:
    judge(tenant)
    first = personal.follow(tenant, house_encoder)
    assert first is not None
    CalibrationPair.objects.all().delete()
    chance = np.random.default_rng(5)
    for number in range(60):
        a, b = f"Is {THINGS[number % 18]} {number} here?", f"Was {THINGS[(number * 7) % 18]} {number} there?"
        calibration.record(tenant, "en", "general", a, b, same=bool(chance.random() < 0.5), origin=PairOrigin.EDITOR)
    second = personal.follow(tenant, house_encoder)
    assert second is not None
    assert (second.number, second.live) == (2, False)
    assert personal.live("acme", house_encoder.name) is None


def test_another_verifier_or_encoder_makes_a_version_worthless(tenant: Tenant, house_encoder: Encoder) -> None:
    judge(tenant)
    personal.follow(tenant, house_encoder)
    assert personal.live("acme", house_encoder.name) is not None
    assert personal.live("acme", "another") is None
    assert personal.live("other", house_encoder.name) is None
    VerifierVersion.objects.update(verifier="older")
    assert personal.live("acme", house_encoder.name) is None
    again = personal.follow(tenant, house_encoder)
    assert again is not None
    assert again.number == 2


def test_a_damaged_version_leaves_the_shipped_verifier_alone(
    tenant: Tenant, house_encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    judge(tenant)
    personal.follow(tenant, house_encoder)
    VerifierVersion.objects.update(body=b"no body")
    assert personal.live("acme", house_encoder.name) is None
    assert "correction_unreadable" in caplog.text


def test_the_admin_shows_the_figures_and_goes_back_to_the_shipped_verifier(
    tenant: Tenant, house_encoder: Encoder, client: Client
) -> None:
    judge(tenant)
    personal.follow(tenant, house_encoder)
    assert VerifierVersion in site._registry
    url = reverse("admin:faq_verifierversion_changelist")
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_verifierversion"))
    client.force_login(reader)
    act = {"action": "shipped_alone", "_selected_action": [VerifierVersion.objects.get().pk]}
    assert client.get(url).status_code == 200
    assert client.post(url, act).status_code == 403
    assert VerifierVersion.objects.filter(live=True).count() == 1
    client.force_login(User.objects.create_superuser("chief"))
    assert client.post(url, act, follow=True).status_code == 200
    assert VerifierVersion.objects.filter(live=True).count() == 0
    assert personal.follow(tenant, house_encoder) is None  # not until there is new feedback
