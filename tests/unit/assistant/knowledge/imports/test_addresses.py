"""Lists of addresses, with and without what is known about each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.errors import InvalidInput
from assistant.knowledge.imports.addresses import Addresses
from assistant.knowledge.imports.fetch import Fetcher
from assistant.knowledge.imports.given import Given
from tests.unit.assistant.knowledge.imports.web import Answer, Web, serving


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


def place(name: str, text: str) -> Addresses:
    return Addresses("help", name, text.encode(), Fetcher(private=True))


def test_a_text_has_an_address_a_line_and_remarks() -> None:
    listed = place("urls.txt", "\ufeff# help\nhttps://a.example/1\n\n https://a.example/2 \nhttps://a.example/1\n")
    assert [found.path for found in listed.list()] == ["https://a.example/1", "https://a.example/2"]
    assert listed.name == "urls:help"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("urls.csv", "url,title,tags\nhttps://a.example/1,Returns,shop\n"),
        ("urls.jsonl", '{"url": "https://a.example/1", "title": "Returns", "tags": ["shop"]}'),
    ],
)
def test_a_table_says_more(name: str, text: str) -> None:
    assert place(name, text).given() == {"https://a.example/1": Given(title="Returns", tags=["shop"])}


def test_a_table_without_addresses_is_refused() -> None:
    with pytest.raises(InvalidInput, match="its columns are url"):
        place("urls.csv", "address\nhttps://a.example/\n")


def test_a_page_is_named_by_its_type_and_remembers_its_validator(web: Web) -> None:
    web.pages["/returns"] = Answer(b"<p>text</p>", headers={"Content-Type": "text/html", "ETag": '"7"'})
    url = f"{web.url}/returns"
    contents = place("urls.txt", url).read(url, {})
    assert contents is not None
    assert (contents.filename, contents.url, contents.data) == ("returns.html", url, b"<p>text</p>")
    assert place("urls.txt", url).read(url, contents.stamp) is None
