"""Certificates: whose pairs they rest on, and when they are issued again."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.accounts.models import Tenant
from assistant.faq import calibration, issuing
from assistant.faq.issuing import Scored
from assistant.faq.models import CalibrationPair, CertificateOrigin, FaqEntry, PairOrigin, ThresholdCertificate
from retrieval.protocols import Encoder


def scored(same: int, different: int, *, overlap: int = 0) -> Scored:
    """Scores of which all same ones lie at 5 and all different ones at -5, but for `overlap` of them at 9."""
    scores = np.array([5.0] * same + [9.0] * overlap + [-5.0] * (different - overlap))
    return Scored(scores, np.array([True] * same + [False] * different))


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "shipped_pairs", lambda _: scored(50, 400))


def choose(own: Scored, everywhere: Scored, encoder: Encoder) -> tuple[CertificateOrigin, float | None]:
    origin, certificate, _ = issuing._choose(own, everywhere, "en", encoder, 0.01)
    return origin, certificate.threshold


@pytest.mark.parametrize(
    ("different", "origin"), [(299, CertificateOrigin.OWN), (298, CertificateOrigin.BORROWED_SHIPPED)]
)
def test_299_different_pairs_without_an_error_certify_one_percent_and_298_do_not(
    different: int, origin: CertificateOrigin, encoder: Encoder, shipped: None
) -> None:
    own = scored(20, different)
    assert choose(own, own, encoder)[0] == origin


def test_pairs_of_other_domains_lend_before_the_shipped_ones(encoder: Encoder, shipped: None) -> None:
    assert choose(scored(1, 2), scored(20, 400), encoder) == (CertificateOrigin.BORROWED_DOMAINS, 5.0)


def test_nothing_is_borrowed_that_the_tenants_own_pairs_speak_against(encoder: Encoder, shipped: None) -> None:
    own = scored(5, 20, overlap=4)
    assert choose(own, own, encoder) == (CertificateOrigin.NONE, None)


def test_without_any_certificate_only_equal_words_are_served(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "agrees", lambda _: False)
    few = scored(5, 100)
    assert choose(few, few, encoder) == (CertificateOrigin.NONE, None)


def test_the_shipped_certificates_stand_for_both_languages_and_this_encoder(encoder: Encoder) -> None:
    assert issuing.agrees(encoder)
    for language in ("zh", "en"):
        certificate = issuing.shipped(language)
        assert certificate.threshold is not None
        assert certificate.upper <= 0.01
        assert certificate.different >= 299
    assert issuing.shipped("fr").threshold is None


def test_another_encoder_gets_nothing_that_was_issued_for_this_one(encoder: Encoder) -> None:
    class Other:
        name, dimension = "other", encoder.dimension

        def encode_questions(self, texts: list[str]) -> np.ndarray:
            return encoder.encode_questions([text[::-1] for text in texts])

    assert not issuing.agrees(Other())  # type: ignore[arg-type]
    assert issuing.shipped_thresholds(Other()) == {"zh": None, "en": None}  # type: ignore[arg-type]


def test_a_certificate_is_stored_named_as_borrowed_and_issued_again_when_feedback_arrives(
    tenant: Tenant, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    assert issuing.reissue(house_encoder) == 2  # zh and en, general
    row = issuing.in_force("acme")["en", "general"]
    assert row.origin == CertificateOrigin.BORROWED_SHIPPED
    assert row.threshold == issuing.shipped("en").threshold
    assert row.different == issuing.shipped("en").different
    assert issuing.reissue(house_encoder) == 0
    calibration.record(
        tenant, "en", "general", "Where is my parcel?", "Where is your shop?", same=False, origin=PairOrigin.AGENT
    )
    assert issuing.reissue(house_encoder) == 1
    assert ThresholdCertificate.objects.filter(language="en").count() == 2


def test_a_tenant_with_enough_pairs_of_its_own_gets_its_own_certificate(tenant: Tenant, house_encoder: Encoder) -> None:
    pairs = [(f"How do I change the colour of lamp {n}?", f"Is parking lot {n} open?", False) for n in range(310)]
    pairs += [(f"How can I return shoe {n}?", f"How do I return shoe {n}?", True) for n in range(5)]
    CalibrationPair.objects.bulk_create(
        CalibrationPair(
            tenant=tenant, language="en", domain="finance", question_a=a, question_b=b, same=same,
            origin=PairOrigin.IMPORTED, digest=calibration.digest(a, b) or "",
        )
        for a, b, same in pairs
    )  # fmt: skip
    row = issuing.issue(tenant, "en", "finance", house_encoder)
    assert (row.origin, row.different, row.same) == (CertificateOrigin.OWN, 310, 5)
    assert row.upper <= 0.01
    assert row.hit_rate is not None


def test_a_certificate_of_another_verifier_or_encoder_serves_nothing(
    tenant: Tenant, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    issuing.reissue(house_encoder)
    row = issuing.in_force("acme")["zh", "general"]
    assert issuing.usable(row, house_encoder.name) == row.threshold
    assert issuing.usable(row, "another") is None
    row.verifier = "older"
    assert issuing.usable(row, house_encoder.name) is None
    assert issuing.threshold("acme", "zh", "medical", house_encoder.name) is None
