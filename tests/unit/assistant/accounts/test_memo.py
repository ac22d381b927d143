"""The memory of checked keys: what it keeps, for how long, and what it reads out of a header."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts import keys, memo
from assistant.accounts.memo import Authentications
from assistant.accounts.models import ApiKey, Tenant
from assistant.errors import NotAuthenticated

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40)


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock, redis_url: str) -> Authentications:
    """Without its background thread: that one cannot see the rows of a test's open transaction."""
    gate = Authentications(clock=clock)
    gate._follower.start = lambda: None  # type: ignore[method-assign]
    return gate


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def header(tenant: Tenant, redis_url: str) -> str:
    return f"Bearer {keys.issue(tenant, 'widget', ['ask'])}"


@given(WORD, st.sampled_from(["Bearer", "bearer", "BEARER"]), st.sampled_from([" ", "   ", " \t"]))
def test_the_word_bearer_is_read_in_any_case_and_with_any_space(key: str, kind: str, space: str) -> None:
    assert memo.bearer(f"{kind}{space}{key} ") == key


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer    ", "Basic ak_x_y", "ak_x_y", "Bearerak_x_y z"])
def test_a_header_without_a_key_says_how_to_send_one_in_both_languages(header: str | None) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        memo.bearer(header)
    assert refused.value.text == memo.MISSING
    assert "Authorization" in memo.MISSING.en
    assert "请求头" in memo.MISSING.zh


@given(WORD, WORD)
def test_a_key_falls_into_prefix_and_secret(prefix: str, secret: str) -> None:
    assert memo.parts(f"ak_{prefix}_{secret}") == (prefix, secret)


def test_an_underscore_in_the_secret_belongs_to_the_secret() -> None:
    assert memo.parts("ak_abc_d_e_f") == ("abc", "d_e_f")


@pytest.mark.parametrize("presented", ["", "ak", "ak_", "ak__", "ak_x_", "ak__y", "AK_x_y", "sk_x_y", "ak_x_\x00y"])
def test_what_is_not_shaped_like_a_key_is_refused_without_a_query(presented: str) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        memo.parts(presented)
    assert refused.value.text == memo.REFUSED


def test_a_key_of_more_than_200_characters_is_refused() -> None:
    assert memo.parts("ak_x_" + "y" * 195)[0] == "x"
    with pytest.raises(NotAuthenticated):
        memo.parts("ak_x_" + "y" * 196)


def test_the_memory_holds_digests_and_never_a_key(gate: Authentications, header: str) -> None:
    gate.authenticate(header)
    key = memo.bearer(header)
    assert list(gate._known) == [memo.fingerprint_of(key)]
    assert key.split("_", 2)[2] not in repr(gate._known)


def test_a_refused_key_is_not_remembered(gate: Authentications, header: str) -> None:
    with pytest.raises(NotAuthenticated):
        gate.authenticate(header + "x")
    assert not gate._known


def test_the_background_look_keeps_good_keys_fresh(
    gate: Authentications, header: str, clock: Clock, django_assert_num_queries: Callable[..., object]
) -> None:
    gate.authenticate(header)
    clock.now += 5
    gate.revalidate()
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert gate.authenticate(header).tenant == "acme"


def test_the_background_look_forgets_a_revoked_key_before_it_would_have_grown_stale(
    gate: Authentications, header: str
) -> None:
    gate.authenticate(header)
    ApiKey.objects.update(revoked_at=timezone.now())
    gate.revalidate()
    assert not gate._known
    with pytest.raises(NotAuthenticated):
        gate.authenticate(header)


def test_the_background_look_takes_over_changed_rights(gate: Authentications, header: str) -> None:
    assert gate.authenticate(header).groups == {"public"}
    ApiKey.objects.update(groups=["public", "staff"], scopes=["ask", "faq:read"])
    gate.revalidate()
    caller = gate.authenticate(header)
    assert (caller.groups, caller.scopes) == ({"public", "staff"}, {"ask", "faq:read"})


def test_looking_at_no_keys_asks_the_database_nothing(
    gate: Authentications, db: None, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        gate.revalidate()
    assert not gate._known


def test_a_known_key_works_for_half_a_minute_while_the_database_is_away(
    gate: Authentications, header: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate.authenticate(header)
    monkeypatch.setattr(type(gate._follower), "away", property(lambda _: True), raising=False)
    with connection.execute_wrapper(_away):
        clock.now += memo.GRACE_S - 1
        assert gate.authenticate(header).tenant == "acme"
        clock.now += 2
        with pytest.raises(Exception, match="database is away"):
            gate.authenticate(header)


def test_last_use_is_written_twice_a_minute_at_most(gate: Authentications, header: str, clock: Clock) -> None:
    gate.authenticate(header)
    gate.authenticate(header)
    clock.now += memo.USED_EVERY_S - 1
    gate.revalidate()
    assert ApiKey.objects.get().last_used_at is None
    clock.now += 1
    gate.revalidate()
    assert ApiKey.objects.get().last_used_at is not None


def test_an_older_moment_of_use_does_not_overwrite_a_newer_one(gate: Authentications, header: str) -> None:
    gate.authenticate(header)
    gate.authenticate(header)
    later = timezone.now() + dt.timedelta(minutes=1)
    ApiKey.objects.update(last_used_at=later)
    gate.write_last_used()
    assert ApiKey.objects.get().last_used_at == later


def test_what_was_forgotten_is_looked_up_again(gate: Authentications, header: str) -> None:
    gate.authenticate(header)
    gate.forget()
    assert not gate._known
    assert gate.authenticate(header).tenant == "acme"
    assert len(gate._known) == 1


def _away(*_: object) -> None:
    raise OperationalError("the connection is gone")
