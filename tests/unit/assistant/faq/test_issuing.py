"""Certificates: whose pairs they rest on, and when they are issued again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation

from assistant.accounts.models import Tenant
from assistant.faq import calibration, issuing
from assistant.faq.issuing import Scored
from assistant.faq.models import CalibrationPair, CertificateOrigin, FaqEntry, PairOrigin, ThresholdCertificate
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.errors import EncoderUnavailable
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


def test_the_shipped_certificates_hold_for_onnx_runtime_too(encoder_dir: Path) -> None:
    assert issuing.agrees(OnnxEncoder(encoder_dir))
    assert not issuing.agrees(OnnxEncoder(encoder_dir, file="onnx/model.onnx"))  # whose scores nobody has certified


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


@pytest.fixture
def by_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores that follow the labels: these tests ask whose pairs count, not what the verifier makes of them."""

    def score(pairs: Sequence[tuple[str, str]], same: Iterable[bool], *_: object) -> Scored:
        labels = np.array(list(same), bool)
        return Scored(np.where(labels, 5.0, -5.0), labels)

    monkeypatch.setattr(issuing, "score", score)


def judge(tenant: Tenant, language: str, domain: str, *, different: int = 310, same: int = 5) -> None:
    pairs = [(f"{domain} question {n}", f"{domain} matter {n}", n < same) for n in range(different + same)]
    CalibrationPair.objects.bulk_create(
        CalibrationPair(
            tenant=tenant, language=language, domain=domain, question_a=a, question_b=b, same=label,
            origin=PairOrigin.IMPORTED, digest=calibration.digest(f"{language} {a}", b) or "",
        )
        for a, b, label in pairs
    )  # fmt: skip


def test_pairs_of_one_language_never_certify_another(
    tenant: Tenant, house_encoder: Encoder, by_label: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(tenant, "en", "general")
    borrowed = issuing.issue(tenant, "zh", "general", house_encoder)
    assert (borrowed.origin, borrowed.different) == (
        CertificateOrigin.BORROWED_SHIPPED,
        issuing.shipped("zh").different,
    )
    monkeypatch.setattr(issuing, "agrees", lambda _: False)
    nothing = issuing.issue(tenant, "zh", "general", house_encoder)
    assert (nothing.origin, nothing.threshold, nothing.different) == (CertificateOrigin.NONE, None, 0)


def test_what_other_domains_lend_is_named_as_borrowed_in_both_languages(
    tenant: Tenant, house_encoder: Encoder, by_label: None
) -> None:
    judge(tenant, "en", "general")
    own = issuing.issue(tenant, "en", "general", house_encoder)
    lent = issuing.issue(tenant, "en", "finance", house_encoder)
    assert (own.origin, lent.origin) == (CertificateOrigin.OWN, CertificateOrigin.BORROWED_DOMAINS)
    assert own.threshold == lent.threshold == 5.0
    assert "borrowed" in lent.get_origin_display()
    with translation.override("zh-hans"):
        assert "借" in str(lent.get_origin_display())
        assert "借" not in str(own.get_origin_display())


def test_no_tenant_lends_to_another_nor_takes_from_it(tenant: Tenant, house_encoder: Encoder, by_label: None) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    judge(tenant, "en", "general")
    assert issuing.issue(other, "en", "general", house_encoder).origin == CertificateOrigin.BORROWED_SHIPPED
    assert issuing.in_force("acme") == {}
    assert issuing.threshold("acme", "en", "general", house_encoder.name) is None
    assert issuing.threshold("other", "en", "general", house_encoder.name) == issuing.shipped("en").threshold


def test_a_place_whose_own_pairs_contradict_gets_nothing_while_its_neighbour_keeps_what_it_borrowed(
    tenant: Tenant, house_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        issuing, "score", lambda pairs, same, *_: Scored(np.full(len(pairs), 50.0), np.array(list(same)))
    )
    judge(tenant, "en", "finance", different=6, same=0)
    withdrawn = issuing.issue(tenant, "en", "finance", house_encoder)
    assert (withdrawn.origin, withdrawn.threshold, withdrawn.different) == (CertificateOrigin.NONE, None, 6)
    assert issuing.threshold("acme", "en", "finance", house_encoder.name) is None
    assert issuing.issue(tenant, "en", "general", house_encoder).origin == CertificateOrigin.BORROWED_SHIPPED


def test_one_error_among_many_is_no_contradiction_and_many_are() -> None:
    def own(errors: int, right: int) -> Scored:
        return Scored(np.array([9.0] * errors + [-9.0] * right), np.zeros(errors + right, bool))

    assert not issuing._contradicted(own(0, 50), 1.0, 0.01)
    assert not issuing._contradicted(own(1, 50), 1.0, 0.01)  # one in 51 happens by chance where one in 100 is allowed
    assert issuing._contradicted(own(1, 0), 1.0, 0.01)
    assert issuing._contradicted(own(5, 50), 1.0, 0.01)
    assert not issuing._contradicted(own(5, 50), 10.0, 0.01)


def test_issuing_again_without_news_changes_nothing_and_older_certificates_stay_as_the_record(
    tenant: Tenant, house_encoder: Encoder, by_label: None
) -> None:
    judge(tenant, "en", "general", different=20)
    assert issuing.reissue(house_encoder) == 1
    first = issuing.in_force("acme")["en", "general"]
    assert [issuing.reissue(house_encoder) for _ in range(3)] == [0, 0, 0]
    assert issuing.in_force("acme")["en", "general"] == first
    calibration.record(tenant, "en", "general", "A new one", "Another", same=True, origin=PairOrigin.EDITOR)
    assert issuing.reissue(house_encoder) == 1
    calibration.record(tenant, "en", "general", "A new one", "Another", same=False, origin=PairOrigin.AGENT)
    assert issuing.reissue(house_encoder) == 1  # a judgement that was turned round is news too
    rows = list(ThresholdCertificate.objects.order_by("pk"))
    assert rows[0] == first
    assert issuing.in_force("acme")["en", "general"] == rows[-1]
    assert len(rows) == 3


def test_without_an_encoder_nothing_is_issued_and_what_is_in_force_stays(
    tenant: Tenant, house_encoder: Encoder, by_label: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(tenant, "en", "general")
    issuing.reissue(house_encoder)

    def none() -> Encoder:
        raise EncoderUnavailable("no encoder is installed")

    monkeypatch.setattr(issuing, "shared_encoder", none)
    ThresholdCertificate.objects.update(verifier="older")
    assert issuing.reissue() == 0
    assert ThresholdCertificate.objects.count() == 1
    assert issuing.threshold("acme", "en", "general", house_encoder.name) is None  # of an older verifier: not used
    assert issuing.reissue(house_encoder) == 1
    assert issuing.threshold("acme", "en", "general", house_encoder.name) == 5.0


def test_a_judgement_taken_back_is_news_and_another_languages_is_not(
    tenant: Tenant, house_encoder: Encoder, by_label: None
) -> None:
    judge(tenant, "en", "general", different=20)
    judge(tenant, "zh", "general", different=20)
    assert issuing.reissue(house_encoder) == 2
    calibration.forget(CalibrationPair.objects.filter(language="en")[:3])
    assert issuing.reissue(house_encoder) == 1
    assert (issuing.in_force("acme")["en", "general"].known, issuing.in_force("acme")["zh", "general"].known) == (
        22,
        25,
    )
    assert issuing.reissue(house_encoder) == 0


def test_a_certificate_of_before_the_count_was_kept_stands(
    tenant: Tenant, house_encoder: Encoder, by_label: None
) -> None:
    judge(tenant, "en", "general", different=20)
    issuing.reissue(house_encoder)
    ThresholdCertificate.objects.update(known=None)
    assert issuing.reissue(house_encoder) == 0


def test_shipped_pairs_are_judged_by_a_tenants_correction_and_a_guards_objection_stays() -> None:
    class Adds:
        number = 1

        def corrected(self, scores: np.ndarray, words: np.ndarray, names: object = None) -> np.ndarray:
            assert names is None  # none of them taught the tenant's correction
            return scores + words[:, 2]

    words = np.zeros((3, 13))
    words[:, 2] = [1.0, 2.0, 3.0]
    pairs = Scored(np.array([0.5, -np.inf, 4.0]), np.array([False, True, True]), words)
    judged = pairs.by(Adds())  # type: ignore[arg-type]
    assert judged.scores.tolist() == [1.5, -np.inf, 7.0]
    assert judged.same.tolist() == [False, True, True]


def test_the_shipped_pairs_come_with_the_features_that_a_correction_needs() -> None:
    for language in ("zh", "en"):
        pairs = issuing.shipped_pairs(language)
        assert pairs.words.shape == (len(pairs.scores), 13)
        assert np.isfinite(pairs.words).all()
        assert not np.allclose(pairs.words, 0)


def test_pairs_are_kept_with_their_labels() -> None:
    kept = Scored(np.array([1.0, 2.0, 3.0]), np.array([True, False, True])).of(np.array([True, False, True]))
    assert (kept.scores.tolist(), kept.same.tolist()) == ([1.0, 3.0], [True, True])
