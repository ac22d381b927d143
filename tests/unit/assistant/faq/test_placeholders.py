"""Placeholders are looked up, never evaluated; what has no value is refused when it is saved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.errors import Conflict, InvalidInput
from assistant.faq import placeholders, services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry, FaqValue
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder


def entry(tenant: Tenant, answer: str, language: str = "en") -> FaqEntry:
    question = "What is your number?" if language == "en" else "你们的电话是多少？"
    return FaqEntry(tenant=tenant, key="number", language=language, question=question, answer=answer)


def value(text: str, zh: str = "") -> FaqValue:
    return FaqValue(name="phone", value_en=text, value_zh=zh)


def test_each_language_has_its_value_and_borrows_the_other() -> None:
    known = {"phone": value("0800 EN", "0800 ZH"), "city": FaqValue(name="city", value_zh="柏林")}
    assert placeholders.filled("Call {{ phone }} or {{phone}}.", known, "en") == "Call 0800 EN or 0800 EN."
    assert placeholders.filled("{{ phone }}，{{ city }}", known, "zh") == "0800 ZH，柏林"
    assert placeholders.filled("{{ city }}", known, "en") == "柏林"


@pytest.mark.parametrize(
    "nasty",
    [
        "{{ secret }}",
        "{% load x %}",
        "{{ settings.SECRET_KEY }}",
        "[here](javascript:x)",
        "<script>",
        "![x](//e)",
        "**b**",
    ],
)
def test_a_value_is_text_and_nothing_else(nasty: str) -> None:
    shown = placeholders.filled("{{ phone }}", {"phone": value(nasty), "secret": value("no")}, "en")
    assert not set("[]<>*`{}") & set(shown)
    assert "no" not in shown.split()


@given(st.text(max_size=60))
def test_what_is_put_in_is_not_looked_at_again(text: str) -> None:
    shown = placeholders.filled("{{ phone }}", {"phone": value(text)}, "en")
    assert placeholders.names(shown) == []
    assert "\n" not in shown


@pytest.mark.parametrize("answer", ["Call {{ fone }}.", "Call {{ }}.", "{{ phone.__class__ }}", "{{ phone|safe }}"])
def test_an_unknown_placeholder_is_a_clear_error(tenant: Tenant, answer: str) -> None:
    placeholders.save(FaqValue(tenant=tenant, name="phone", value_en="0800"))
    with pytest.raises(InvalidInput, match="no value") as refused:
        services.save(entry(tenant, answer), embed=False)
    assert refused.value.code == "unknown_placeholder"
    assert "没有取值" in refused.value.text.zh


def test_a_changed_value_is_in_the_answer_when_the_save_returns(
    tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    phone = FaqValue(tenant=tenant, name="phone", value_en="0800", value_zh="")
    placeholders.save(phone)
    services.save(entry(tenant, "Call {{ phone }}."))
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.start()
    first = index.exact("acme", "what is your number")
    phone.value_en = "0900\n[x]"
    placeholders.save(phone)
    second = index.exact("acme", "what is your number")
    index.stop()
    assert (first and first.answer, second and second.answer) == ("Call 0800.", "Call 0900 ［x］.")


def test_a_placeholder_in_use_stays_and_says_where(tenant: Tenant) -> None:
    phone = FaqValue(tenant=tenant, name="phone", value_zh="0800")
    placeholders.save(phone)
    made = services.save(entry(tenant, "{{ phone }}"), embed=False)
    with pytest.raises(Conflict, match=r"number \(en\)"):
        placeholders.delete(phone)
    services.delete(made)
    placeholders.delete(phone)
    assert not FaqValue.objects.exists()


def test_a_placeholder_without_any_value_is_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput):
        placeholders.save(FaqValue(tenant=tenant, name="phone", value_en=" \n "))
