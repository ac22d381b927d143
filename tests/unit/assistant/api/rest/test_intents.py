"""Intents, their examples and trained versions over REST: a program's way from examples to a live version and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assistant.accounts import keys
from assistant.accounts.models import Tenant, Version
from assistant.intents import services
from assistant.intents.models import Example, Intent, TrainedClassifier
from assistant.intents.versions import Comparison
from retrieval.protocols import Encoder

INTENTS, VERSIONS = "/api/v1/intents", "/api/v1/intent-versions"
SAID = {
    "refund": ["I want my money back", "How do I return this?", "我要退款", "怎么退货"],
    "track": ["Where is my order?", "Track my delivery", "我的订单到哪了", "查一下物流"],
}
Reply = tuple[int, Any]
Call = Callable[..., Reply]


@pytest.fixture
def tenant(transactional_db: None, redis_url: str, house_encoder: Encoder) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def caller(tenant: Tenant, *scopes: str, language: str = "en") -> Call:
    key = keys.issue(tenant, "k", scopes or ("intents:read", "intents:write"))
    client = Client(headers={"Authorization": f"Bearer {key}", "Accept-Language": language})

    def call(method: str, path: str, body: object = None) -> Reply:
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(client, method)(path, **data)
        return answer.status_code, answer.json() if answer.content else None

    return call


@pytest.fixture
def api(tenant: Tenant) -> Call:
    return caller(tenant)


def learnt(api: Call) -> None:
    for name, texts in SAID.items():
        api("post", INTENTS, {"name": name, "route": "domain", "examples": [{"text": text} for text in texts]})


def test_from_examples_to_a_live_version_and_back(api: Call, tenant: Tenant) -> None:
    learnt(api)
    status, first = api("post", VERSIONS, {})
    assert (status, first["state"], first["examples"], first["fine_tuned"]) == (201, "live", 8, False)
    assert api("post", VERSIONS)[1] == first  # nothing new to learn from
    status, intent = api("post", f"{INTENTS}/refund/examples", {"examples": [{"text": "Refund!", "language": "en"}]})
    assert (status, intent["examples"]) == (201, 5)
    second = api("post", VERSIONS, {"fine_tune": True})[1]
    assert (second["state"], second["fine_tuned"], second["gate"]["before"]) == ("live", True, first["version"])
    status, listed = api("get", VERSIONS)
    assert [row["version"] for row in listed["results"]] == [second["version"], first["version"]]
    status, back = api("post", f"{VERSIONS}/rollback")
    assert (status, back["version"], back["state"]) == (200, first["version"], "live")
    assert back["went_live_by"].startswith("key ")
    again = api("post", f"{VERSIONS}/{second['version']}/publish", {})[1]
    assert again["state"] == "live"
    assert api("get", f"{VERSIONS}/{first['version']}")[1]["state"] == "retired"


def test_a_version_that_is_worse_is_published_only_by_force_and_its_figures_are_shown(
    api: Call, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt(api)
    live = api("post", VERSIONS)[1]
    worse = Comparison(live["version"], 40, 0.9, 0.7, 1, 9, -0.35, -0.05, 0.01, passed=False)
    monkeypatch.setattr(services, "compare", lambda *_: worse)
    api("post", f"{INTENTS}/track/examples", {"examples": [{"text": "refund me"}]})
    held = api("post", VERSIONS)[1]
    assert (held["state"], held["gate"]["lost"], held["gate"]["p_worse"]) == ("held_back", 9, 0.01)
    address = f"{VERSIONS}/{held['version']}/publish"
    status, problem = api("post", address, {})
    assert (status, problem["code"]) == (409, "worse_version")
    assert TrainedClassifier.objects.get(live=True).version == live["version"]
    assert api("post", address, {"force": True})[1]["state"] == "live"


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("get", f"{VERSIONS}/99", None, (404, "no_such_version")),
        ("post", f"{VERSIONS}/99/publish", {}, (404, "no_such_version")),
        ("post", f"{VERSIONS}/rollback", None, (404, "no_earlier_version")),
        ("post", VERSIONS, {}, (422, "too_few_examples")),
        ("post", VERSIONS, {"fine_tune": "perhaps"}, (400, "invalid_input")),
        ("post", INTENTS, {"name": "no spaces"}, (400, "invalid_input")),
        ("post", INTENTS, {"name": "x", "route": "nowhere"}, (400, "invalid_input")),
        ("post", f"{INTENTS}/nobody/examples", {"examples": [{"text": "a"}]}, (404, "not_found")),
        ("post", f"{INTENTS}/only/examples", {"examples": []}, (400, "invalid_input")),
        ("post", f"{INTENTS}/only/examples", {"examples": [{"text": "x" * 1001}]}, (400, "invalid_input")),
        ("delete", f"{INTENTS}/only/examples/99999999", None, (404, "not_found")),
        ("delete", f"{INTENTS}/only", None, (405, "method_not_allowed")),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code_and_changes_nothing(
    api: Call, tenant: Tenant, method: str, path: str, body: object, expected: Reply
) -> None:
    services.save_intent(tenant, "only", [("one", "en")])
    before = Version.numbers("intents")["acme"]
    status, problem = api(method, path, body)
    assert (status, problem["code"]) == expected
    assert (Intent.objects.count(), Example.objects.count()) == (1, 1)
    assert Version.numbers("intents")["acme"] == before
    assert not TrainedClassifier.objects.exists()


def test_the_reader_is_told_in_chinese(tenant: Tenant) -> None:
    _, problem = caller(tenant, "intents:write", language="zh-CN")("post", f"{VERSIONS}/7/publish", {})
    assert "没有训练版本 7" in problem["detail"]


def test_examples_are_listed_in_pages_and_removed(api: Call, tenant: Tenant) -> None:
    learnt(api)
    page = api("get", f"{INTENTS}/refund/examples?limit=3")[1]
    assert (page["count"], len(page["results"])) == (4, 3)
    before = Version.numbers("intents")["acme"]
    assert api("delete", f"{INTENTS}/refund/examples/{page['results'][0]['id']}") == (204, None)
    assert api("get", f"{INTENTS}/refund")[1]["examples"] == 3
    assert Version.numbers("intents")["acme"] == before + 1  # the worker trains without it
    assert [row["name"] for row in api("get", INTENTS)[1]["results"]] == ["refund", "track"]


def test_an_intent_said_again_is_changed_where_something_was_said(api: Call) -> None:
    api("post", INTENTS, {"name": "refund", "domain": "finance", "examples": [{"text": "Refund!"}]})
    api("post", INTENTS, {"name": "refund", "slots": ["order_number"], "examples": [{"text": "Refund!"}]})
    intent = api("get", f"{INTENTS}/refund")[1]
    assert (intent["domain"], intent["slots"], intent["examples"]) == ("finance", ["order_number"], 1)


def test_no_other_tenant_sees_changes_or_switches_anything(api: Call, tenant: Tenant) -> None:
    learnt(api)
    version = api("post", VERSIONS)[1]["version"]
    example = Example.objects.first()
    assert example is not None
    stranger = caller(Tenant.objects.create(slug="other", name="Other"))
    assert stranger("get", INTENTS)[1]["count"] == stranger("get", VERSIONS)[1]["count"] == 0
    tried = [
        stranger("get", f"{INTENTS}/refund"),
        stranger("get", f"{INTENTS}/refund/examples"),
        stranger("post", f"{INTENTS}/refund/examples", {"examples": [{"text": "mine"}]}),
        stranger("delete", f"{INTENTS}/{example.intent.name}/examples/{example.pk}"),
        stranger("get", f"{VERSIONS}/{version}"),
        stranger("post", f"{VERSIONS}/{version}/publish", {"force": True}),
        stranger("post", f"{VERSIONS}/rollback"),
    ]
    assert {status for status, _ in tried} == {404}
    stranger("post", INTENTS, {"name": example.intent.name, "examples": [{"text": "mine"}]})
    own = stranger("get", f"{INTENTS}/{example.intent.name}/examples")[1]
    assert [row["text"] for row in own["results"]] == ["mine"]
    assert stranger("delete", f"{INTENTS}/{example.intent.name}/examples/{example.pk}")[0] == 404
    assert Example.objects.filter(intent__tenant=tenant).count() == 8
    assert TrainedClassifier.objects.get().live


@pytest.mark.parametrize("scopes", [("ask", "faq:write"), ("intents:read",)])
def test_changing_needs_its_own_scope(tenant: Tenant, scopes: tuple[str, ...]) -> None:
    call = caller(tenant, *scopes)
    reading = 200 if "intents:read" in scopes else 403
    assert [call("get", path)[0] for path in (INTENTS, VERSIONS)] == [reading, reading]
    for path in (INTENTS, VERSIONS, f"{VERSIONS}/1/publish", f"{VERSIONS}/rollback", f"{INTENTS}/a/examples"):
        assert call("post", path, {})[0] == 403
    assert call("delete", f"{INTENTS}/a/examples/1")[0] == 403
