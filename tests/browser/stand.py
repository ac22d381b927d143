"""A server that plays the widget's protocol from a script, with faults at chosen places: cuts, refusals, old tokens.

It stands in for nothing that other tests leave out: the journeys against the real application are in `test_app_*.py`.
Here the server must misbehave on purpose, at an exact event.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant.widget.bundle import bundle

STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; img-src 'none'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><head><title>Shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="/widget/v1/widget.js" data-site="shop" integrity="{integrity}" crossorigin="anonymous" defer></script>
</head><body><main><h1>Shop</h1><p><a href="#x">A link of the page</a></p></main></body></html>"""

Event = tuple[str, dict[str, Any]]


@dataclass
class Play:
    """What one question gets: events, a pause before each, and after which events each connection is cut.

    `held` is the number of an event that waits, and all behind it, until `on` is set: what a test does meanwhile is
    done while the answer grows, however slow the machine.
    """

    events: list[Event]
    pause: float = 0.01
    cuts: list[int] = field(default_factory=list)
    status: int = 200
    problem: dict[str, Any] = field(default_factory=dict)
    retry_after: int = 0
    asked: int = 0
    held: int = 0
    on: threading.Event = field(default_factory=threading.Event)


def answer(
    text: str, *, sources: list[dict[str, Any]] | None = None, layer: str = "model", pieces: int = 0, **more: Any
) -> Play:
    """Script an answer that streams `text` in `pieces` (one a character when 0)."""
    shown = sources or []
    step = max(1, -(-len(text) // pieces)) if pieces else 1
    deltas = [("delta", {"text": text[at : at + step]}) for at in range(0, len(text), step)]
    options = {name: more.pop(name) for name in ("pause", "cuts", "held") if name in more}
    whole = {
        "answer": text,
        "layer": layer,
        "sources": shown,
        "grounded": bool(shown),
        "refused": None,
        "handoff": None,
        **more,
    }
    return Play([("started", {}), ("sources", {"sources": shown}), *deltas, ("finished", whole)], **options)


class Stand(ThreadingHTTPServer):
    """Serves one page with the widget, and the widget's protocol, on a free port of the loopback."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.reset()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def reset(self) -> None:
        """Forget scripts and what was seen."""
        self.plays: dict[str, Play] = {}
        self.running: dict[str, Play] = {}
        self.seen: list[tuple[str, str, dict[str, Any], dict[str, str]]] = []
        self.tokens = 0
        self.refuse_tokens: list[str] = []
        self.refuse_site = self.forget_answers = self.forget_conversations = self.tamper = False
        self.refuse_opinions = False
        self.repeat = 0
        self.left = threading.Event()
        self.language, self.direction, self.csp = "en", "ltr", STRICT
        self.session: dict[str, Any] = {
            "expires_in": 600,
            "title": {"en": "Shop help", "zh": "商店帮助"},
            "greeting": {},
            "languages": ["en", "zh"],
            "suggestions": {"en": ["Where is my parcel?"], "zh": ["我的包裹在哪里？"]},
            "ready": {"faq": True, "search": True, "model": True},
        }

    def calls(self, path: str) -> list[tuple[str, str, dict[str, Any], dict[str, str]]]:
        """Requests so far whose path begins so: (method, path, body, headers)."""
        return [call for call in self.seen if call[1].startswith(path)]


class Handler(BaseHTTPRequestHandler):
    server: Stand
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        if self.path == "/":
            page = PAGE.format(
                language=self.server.language, direction=self.server.direction, integrity=bundle().integrity
            )
            self.reply(200, page.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": self.server.csp})
        elif self.path == "/widget/v1/widget.js":
            body = bundle().body + (b"// tampered" if self.server.tamper else b"")
            self.reply(200, body, "text/javascript; charset=utf-8", {"Access-Control-Allow-Origin": "*"})
        elif self.path.startswith("/widget/v1/answers/"):
            self.note({})
            if self.server.forget_answers:
                self.fail(404, {"code": "answer_not_found", "detail": "There is no such answer."})
            elif self.has_token():
                answer_id = self.path.split("/")[4]
                self.stream(answer_id, int(self.headers.get("Last-Event-ID") or 0))
        else:
            self.reply(204 if self.path == "/favicon.ico" else 404, b"", "text/plain")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.note(body)
        if self.path == "/widget/v1/token":
            if self.server.refuse_site:
                return self.fail(403, {"code": "origin_not_allowed", "detail": "not here"})
            self.server.tokens += 1
            session = {"token": f"token-{self.server.tokens}", "visitor": "visitor", **self.server.session}
            return self.reply(200, json.dumps(session).encode(), "application/json")
        if not self.has_token():
            return None
        if self.path.endswith("/feedback"):
            if self.server.refuse_opinions:
                return self.fail(503, {"code": "database_away", "detail": "later"})
            return self.reply(204, b"", "text/plain")
        if self.server.forget_conversations and body.get("conversation_id"):
            return self.fail(404, {"code": "answer_not_found", "detail": "There is no such conversation."})
        play = self.server.plays[body["question"]]
        play.asked += 1
        if play.status != 200:
            status, play.status = play.status, 200
            return self.fail(status, play.problem, play.retry_after)
        answer_id = f"a{len(self.server.running) + 1}"
        self.server.running[answer_id] = play
        return self.stream(answer_id, 0)

    def has_token(self) -> bool:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token or token in self.server.refuse_tokens:
            self.fail(401, {"code": "not_authenticated", "detail": "expired"})
            return False
        return True

    def stream(self, answer_id: str, last: int) -> None:
        play = self.server.running[answer_id]
        cut = play.cuts.pop(0) if play.cuts else None
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        facts = {"id": answer_id, "conversation_id": "c1"}
        try:
            for number, (name, data) in enumerate(play.events, start=1):
                if number <= last - self.server.repeat:
                    continue
                if cut is not None and number > cut:
                    return
                time.sleep(play.pause)
                if play.held and number >= play.held:
                    play.on.wait(60)
                body = json.dumps({**facts, **data} if name in ("started", "finished") else data)
                self.wfile.write(f": beat\n\nid: {number}\nevent: {name}\ndata: {body}\n\n".encode())
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def note(self, body: dict[str, Any]) -> None:
        self.server.seen.append((self.command, self.path, body, dict(self.headers)))

    def fail(self, status: int, problem: dict[str, Any], retry_after: int = 0) -> None:
        more = {"Retry-After": str(retry_after)} if retry_after else {}
        self.reply(status, json.dumps({"status": status, **problem}).encode(), "application/problem+json", more)

    def reply(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
