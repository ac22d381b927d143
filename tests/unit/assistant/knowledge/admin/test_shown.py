"""Numbers in lists are for people."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assistant.accounts.models import Tenant
from assistant.faq.models import ThresholdCertificate
from assistant.intents.models import TrainedClassifier
from assistant.knowledge.admin.shown import percent, rounded

CERTIFICATES = "/admin/faq/thresholdcertificate/"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.9411764705882353, "94.1 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (None, "-")]
)
def test_a_rate_is_a_percentage_and_what_is_not_known_stays_so(value: float | None, shown: str) -> None:
    column = percent(TrainedClassifier, "held_out_accuracy")
    assert column(TrainedClassifier(held_out_accuracy=value)) == shown


@pytest.mark.parametrize(("places", "shown"), [(0, "1 %"), (2, "0.98 %")])
def test_small_rates_get_the_places_they_need(places: int, shown: str) -> None:
    column = percent(ThresholdCertificate, "upper", places)
    assert column(ThresholdCertificate(upper=0.0098)) == shown


def test_a_number_is_rounded() -> None:
    column = rounded(ThresholdCertificate, "threshold")
    assert column(ThresholdCertificate(threshold=2.0009999)) == "2.001"
    assert column(ThresholdCertificate(threshold=None)) == "-"


def test_a_list_shows_them_under_the_names_of_their_fields_and_sorts_by_them(transactional_db: None) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(User.objects.create_superuser("eve", password="eve"))
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    for threshold, upper in ((2.0012345, 0.00981234), (None, 0.5)):
        ThresholdCertificate.objects.create(
            tenant=tenant, language="en", domain="general", threshold=threshold, bound=0.01, upper=upper,
            false_hits=1, different=600, same=90, hit_rate=0.155172, origin="own",
        )  # fmt: skip
    page = browser.get(CERTIFICATES, {"o": "-7"}).content.decode()
    assert all(text in page for text in ("2.001", "0.98 %", "1.0 %", "15.5 %"))
    assert "0.155172" not in page
    assert page.index("50.00 %") < page.index("0.98 %")
    assert str(ThresholdCertificate._meta.get_field("hit_rate").verbose_name) in page.lower()
