"""A visitor's browser, as the widget's door sees it."""

from __future__ import annotations

import json
from typing import Any

from django.test import AsyncClient

PAGE = "https://shop.example"
Events = list[tuple[int, str, dict[str, Any]]]


class Visitor:
    """A page of the shop with the widget on it."""

    def __init__(self, *, origin: str | None = PAGE, language: str = "en") -> None:
        self.client = AsyncClient(raise_request_exception=True)
        self.headers = {"Accept-Language": language} | ({"Origin": origin} if origin else {})
        self.token = ""

    async def post(self, path: str, body: Any, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**self.headers, **({"Authorization": f"Bearer {self.token}"} if self.token else {}), **headers}
        return await self.client.post(f"/widget/v1/{path}", data, content_type="application/json", headers=sent)

    async def get(self, path: str, **headers: str) -> Any:
        sent = {**self.headers, "Authorization": f"Bearer {self.token}", **headers}
        return await self.client.get(f"/widget/v1/{path}", headers=sent)

    async def arrive(self, site: str = "shop", **more: Any) -> Any:
        """Get a session and keep its token."""
        response = await self.post("token", {"site": site, **more})
        assert response.status_code == 200, response.content
        session = response.json()
        self.token = session["token"]
        return session

    async def ask(self, question: str, **more: Any) -> Events:
        """Ask and read the stream to its end."""
        response = await self.post("ask", {"question": question, **more})
        assert response.status_code == 200, response.content
        return await read(response)


async def read(response: Any) -> Events:
    """Read (id, event, data) off a stream."""
    text = b"".join([piece async for piece in response.streaming_content]).decode()
    events = []
    for frame in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line and not line.startswith(":"))
        if "data" in fields:
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events
