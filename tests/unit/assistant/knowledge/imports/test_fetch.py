"""Fetching ends, stays small, and never reaches inside the house."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from assistant.knowledge.imports.fetch import Fetcher, FetchLimits, Page, is_public
from assistant.knowledge.imports.types import Gone, NotTaken
from tests.unit.assistant.knowledge.imports.web import Answer, Web, serving


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


def inside(**limits: float) -> Fetcher:
    return Fetcher(private=True, limits=FetchLimits(**limits))  # type: ignore[arg-type]


def fetched(fetcher: Fetcher, url: str, **validators: str) -> Page:
    page = fetcher.fetch(url, **validators)
    assert page is not None
    return page


def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(NotTaken) as reason:
        fetcher.fetch(url)
    assert reason.value.text.zh
    return reason.value.code


def test_a_page_comes_with_its_type_and_validators(web: Web) -> None:
    headers = {"Content-Type": "text/html", "ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 08:00:00 GMT"}
    web.pages["/hilfe?x=1"] = Answer(b"<p>text</p>", headers=headers)
    assert fetched(inside(), web.url + "/hilfe?x=1") == Page(
        web.url + "/hilfe?x=1", "text/html", '"1"', "Sun, 22 Nov 2026 08:00:00 GMT", b"<p>text</p>"
    )


def test_a_page_that_has_not_changed_is_not_sent_again(web: Web) -> None:
    web.pages["/"] = Answer(b"text", headers={"ETag": '"1"'})
    assert inside().fetch(web.url, etag='"1"', last_modified="Sun, 22 Nov 2026 08:00:00 GMT") is None
    assert fetched(inside(), web.url, etag='"0"').data == b"text"
    assert web.asked[0][1]["if-modified-since"] == "Sun, 22 Nov 2026 08:00:00 GMT"


def test_a_chinese_address_is_asked_for_as_it_must_be(web: Web) -> None:
    web.pages["/%E6%89%8B%E5%86%8C?q=%E9%80%80"] = Answer(b"text")
    assert fetched(inside(), web.url + "/手册?q=退").data == b"text"


def test_redirects_are_followed_to_the_end_and_not_for_ever(web: Web) -> None:
    web.pages["/old"] = Answer(status=302, headers={"Location": "/new"})
    web.pages["/new"] = Answer(b"text")
    web.pages["/round"] = Answer(status=301, headers={"Location": "/round"})
    assert fetched(inside(), web.url + "/old").url == web.url + "/new"
    assert refusal(inside(), web.url + "/round") == "too_many_redirects"
    assert len([path for path, _ in web.asked if path == "/round"]) == 6


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://localhost:8000/", "http://10.1.2.3/", "http://192.168.0.1/", "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://100.64.0.1/",
        "http://2130706433/", "http://0x7f.1/", "http://127.1/", "https://[::]/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_addresses_inside_the_house_are_not_asked(address: str) -> None:
    assert refusal(Fetcher(), address) == "private_address"


def test_a_name_that_stands_for_one_private_address_among_others_is_refused() -> None:
    names = {"mixed.example": ["93.184.216.34", "10.0.0.1"]}
    assert refusal(Fetcher(resolve=lambda host, _: names[host]), "http://mixed.example/") == "private_address"


def test_a_redirect_into_the_house_is_refused(web: Web) -> None:
    web.pages["/"] = Answer(status=302, headers={"Location": "http://10.0.0.1/admin"})
    port = int(web.url.rpartition(":")[2])
    looked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if host == "public.example" else [host]

    fetcher = Fetcher(resolve=resolve)
    public = pytest.MonkeyPatch()
    public.setattr("assistant.knowledge.imports.fetch.is_public", lambda address: address == "127.0.0.1")
    try:
        assert refusal(fetcher, f"http://public.example:{port}/") == "private_address"
    finally:
        public.undo()
    assert looked == ["public.example", "10.0.0.1"]


def test_the_connection_goes_to_the_address_that_was_looked_at(web: Web) -> None:
    """A name server that changes its mind between the look and the connection gains nothing."""
    web.pages["/"] = Answer(b"text")
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    fetcher = Fetcher(private=True, resolve=lambda *_: next(answers))
    port = web.url.rpartition(":")[2]
    assert fetched(fetcher, f"http://rebind.example:{port}/").data == b"text"
    assert web.asked[0][1]["host"] == f"rebind.example:{port}"


@pytest.mark.parametrize(
    "address",
    [
        "ftp://shop.example/", "file:///etc/passwd", "gopher://x/", "shop.example", "http://", "http://ann:pw@shop.example/",
        "http://[broken/", "http://shop.example:99999/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_taken(address: str) -> None:
    assert refusal(Fetcher(), address) == "bad_address"


def test_a_page_that_is_too_large_is_refused_said_or_not(web: Web) -> None:
    web.pages["/said"] = Answer(b"x" * 200, headers={"Content-Length": "200"})
    web.pages["/unsaid"] = Answer(b"x" * 200, headers={})
    web.pages["/bomb"] = Answer(gzip.compress(b"x" * 100_000), headers={"Content-Encoding": "gzip"})
    for path in web.pages:
        assert refusal(inside(bytes=100), web.url + path) == "too_large"


def test_a_packed_page_is_unpacked(web: Web) -> None:
    web.pages["/"] = Answer(gzip.compress(b"text" * 50), headers={"Content-Encoding": "gzip"})
    assert fetched(inside(), web.url).data == b"text" * 50


def test_a_server_that_drips_or_says_nothing_is_left(web: Web) -> None:
    web.pages["/drip"] = Answer(b"x" * 100, drip_s=0.05)
    began = monotonic()
    assert refusal(inside(whole_s=0.3), web.url + "/drip") == "timeout"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        held: list[object] = []
        threading.Thread(target=lambda: held.append(silent.accept()), daemon=True).start()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert refusal(inside(quiet_s=0.2), address) == "timeout"
    assert monotonic() - began < 3


def test_what_the_server_refuses_is_told(web: Web) -> None:
    web.pages["/closed"] = Answer(status=403)
    assert refusal(inside(), web.url + "/closed") == "http_status"
    web.pages["/gone"] = Answer(status=410)
    for path in ("/gone", "/never"):
        with pytest.raises(Gone):
            inside().fetch(web.url + path)


def test_a_server_that_is_not_there_or_speaks_nonsense_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def nonsense() -> None:
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"hello\r\n")
            connection.close()

        threading.Thread(target=nonsense, daemon=True).start()
        assert refusal(inside(), f"http://127.0.0.1:{port}/") == "unreachable"
    assert refusal(inside(), f"http://127.0.0.1:{port}/") == "unreachable"

    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert refusal(Fetcher(resolve=unknown), "http://nowhere.example/") == "unreachable"


def test_addresses_of_the_open_internet_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not is_public("2002:0a00:0001::1")
