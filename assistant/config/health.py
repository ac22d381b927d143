"""Is it alive, is it ready. Both answer without a key, and tell nothing but states."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, JsonResponse

from assistant.config import warming


async def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while this process runs."""
    return JsonResponse({"alive": True})


async def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when FAQ and search answer, else 503. The body: each layer's state, and the `fault` that stops the start."""
    from assistant.wiring import fault, readiness

    state: dict[str, bool | str] = dict(await sync_to_async(readiness, thread_sensitive=False)())
    if why := fault():
        state["fault"] = why
    if warming.anyone(settings.HOUSE.data_dir / "warming"):  # the next request may reach a worker that still loads
        state |= {"faq": False, "search": False}
    ready = state["faq"] and state["search"]
    response = JsonResponse(state, status=200 if ready else 503)
    if not ready:
        response.headers["Retry-After"] = "2"
    return response
