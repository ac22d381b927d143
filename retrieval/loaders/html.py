"""Web pages: trafilatura finds the article in the page, headings and tables kept."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import trafilatura
from lxml.etree import LxmlError

from retrieval.config import LoaderLimits
from retrieval.loaders.encoding import decode
from retrieval.loaders.limits import check_size, check_text
from retrieval.loaders.markdown import parse_markdown
from retrieval.types import ParsedDocument, Section

_DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_UNREAD = "//script|//style|//noscript|//template|//nav|//footer|//header|//form"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


class HtmlLoader:
    """The article without navigation and adverts; the whole body where none is found."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        return check_text(path, parse_html(decode_page(path.read_bytes(), path.name)), self._limits)


def parse_html(page: str) -> ParsedDocument:
    """Find the article in a page."""
    source = _DECLARATION.sub("", page)
    article = trafilatura.extract(
        source, output_format="markdown", include_tables=True, include_comments=False, favor_recall=True
    )
    body, title = _body(source)
    if article and len(article) >= len(body) // 4:
        parsed = parse_markdown(article)
        return ParsedDocument(title or parsed.title, parsed.sections)
    return ParsedDocument(title, (Section(body),))


def decode_page(data: bytes, name: str) -> str:
    """Decode by what the page says of itself where that is true. Raises UnreadableDocument."""
    declared = _DECLARED.search(data[:4096])
    if declared:
        encoding = declared[1].decode("ascii").lower()
        try:
            return data.decode({"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(encoding, encoding))
        except (LookupError, UnicodeDecodeError):
            pass  # the page is wrong about itself: look at the bytes
    return decode(data, name)


def _body(source: str) -> tuple[str, str]:
    """Text of the body, a line a block, and the page's title."""
    try:
        page = lxml.html.document_fromstring(source, parser=lxml.html.HTMLParser(huge_tree=True))  # nested deep, too
    except (LxmlError, ValueError):
        return "", ""
    title = " ".join((page.findtext(".//title") or "").split())
    for node in page.xpath(_UNREAD):
        node.drop_tree()
    body = page.find("body")
    lines = [" ".join(line.split()) for line in (page if body is None else body).itertext()]
    return "\n".join(line for line in lines if line), title
