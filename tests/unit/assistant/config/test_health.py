import pytest
from django.conf import settings
from django.test import AsyncClient

from assistant import wiring
from assistant.config import warming

STATE = {"faq": True, "search": True, "model": False, "database": True, "cache": True}


def _says(monkeypatch: pytest.MonkeyPatch, **differently: bool) -> None:
    monkeypatch.setattr(wiring, "readiness", lambda: STATE | differently)


async def test_alive_needs_no_key_and_no_service() -> None:
    response = await AsyncClient().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"alive": True})


async def test_ready_means_faq_and_search_answer_with_or_without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    _says(monkeypatch)
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.json()) == (200, STATE)


@pytest.mark.parametrize("layer", ["faq", "search"])
async def test_without_faq_or_search_it_is_not_ready_and_says_when_to_look_again(
    monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    _says(monkeypatch, **{layer: False})
    response = await AsyncClient().get("/readyz")
    assert response.status_code == 503
    assert response.json()[layer] is False
    assert int(response.headers["Retry-After"]) > 0


async def test_it_is_not_ready_while_a_worker_on_the_same_port_still_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    _says(monkeypatch)
    mark = warming.Mark(settings.HOUSE.data_dir / "warming")
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.json()["faq"]) == (503, False)
    await mark.until(lambda: True)
    assert (await AsyncClient().get("/readyz")).status_code == 200


@pytest.mark.parametrize("layer", ["model", "database", "cache"])
async def test_what_can_be_done_without_for_a_while_does_not_take_it_out_of_service(
    monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    _says(monkeypatch, **{layer: False})
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.json()[layer]) == (200, False)
