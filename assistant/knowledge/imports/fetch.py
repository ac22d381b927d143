"""Fetch one address of the web, and nothing that lies inside the house.

A name is resolved once, every address it stands for is looked at, and the connection goes to one that was looked at:
a name server that answers differently the second time (DNS rebinding) changes nothing. Redirects are followed by the
same rules. After the server-side request forgery chapter of the OWASP cheat sheets.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from assistant.knowledge.imports.texts import refused
from assistant.knowledge.imports.types import Gone
from retrieval.config import LoaderLimits

MIB = 2**20
_PIECE = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_DROPPED = (OSError, http.client.HTTPException)
_SAFE = "/%:=&?~+!$,;'@()*[]#"

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds to connect and between two pieces, seconds and bytes of a whole answer, and redirects."""

    quiet_s: float = 10.0
    whole_s: float = 60.0
    bytes: int = LoaderLimits().bytes
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: where it came from after redirects, its content type, validators, and the body."""

    url: str
    content_type: str
    etag: str
    last_modified: str
    data: bytes


class Fetcher:
    """Fetches over http and https. `private` allows addresses of private networks and of this machine."""

    def __init__(
        self, *, private: bool = False, limits: FetchLimits | None = None, resolve: Resolve | None = None
    ) -> None:
        self._private = private
        self._limits = limits or FetchLimits()
        self._resolve = resolve or resolve_name

    def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Page | None:
        """Fetch an address; None when it has not changed since the given validators. Raises NotTaken and Gone."""
        deadline = monotonic() + self._limits.whole_s
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        for _ in range(self._limits.redirects + 1):
            parts = _checked(url)
            with _Exchange(self._connection(parts), self._limits, deadline) as exchange:
                answer = exchange.ask(parts, headers)
                if answer.status in _REDIRECTS and answer.getheader("Location"):
                    url = urljoin(url, answer.getheader("Location") or "")
                    continue
                if answer.status == 304:
                    return None
                return _page(url, answer, exchange)
        raise refused("too_many_redirects", limit=self._limits.redirects)

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise refused("unreachable", reason=f"{host}: {error}") from error
        if not self._private and not all(is_public(address) for address in found):
            raise refused("private_address", host=host)
        return _Pinned(host, port, found[0], self._limits.quiet_s, ssl.create_default_context() if secure else None)


def is_public(address: str) -> bool:
    """Say whether an address lies in the open internet, also when it is an IPv4 one in IPv6 dress."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def resolve_name(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Pinned(http.client.HTTPConnection):
    """Connects to one address; names the host in the request and checks the certificate against it."""

    def __init__(self, host: str, port: int, address: str, timeout: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=timeout)
        self.default_port = 443 if tls else 80
        self._address, self._tls = address, tls

    def connect(self) -> None:
        """Open the connection."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


class _Exchange:
    """One request and its answer under a deadline; every fault of the network becomes a reason."""

    def __init__(self, connection: http.client.HTTPConnection, limits: FetchLimits, deadline: float) -> None:
        self._connection, self._limits, self._deadline = connection, limits, deadline

    def __enter__(self) -> _Exchange:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._connection.close()
        if isinstance(error, TimeoutError):
            raise refused("timeout", limit=f"{self._limits.whole_s:g}") from error
        if isinstance(error, _DROPPED):
            raise refused("unreachable", reason=str(error) or type(error).__name__) from error

    def ask(self, parts: SplitResult, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        sent = {"User-Agent": "moe-assistant", "Accept": "*/*", "Accept-Encoding": "gzip, identity", **headers}
        self._connection.request("GET", target, headers=sent)
        return self._connection.getresponse()

    def body(self, answer: http.client.HTTPResponse) -> bytes:
        """Read and unpack the body. Raises NotTaken when it is too large, TimeoutError when it takes too long."""
        if int(answer.getheader("Content-Length") or 0) > self._limits.bytes:
            raise self._too_large()
        unpack = zlib.decompressobj(wbits=47) if answer.getheader("Content-Encoding", "") == "gzip" else None
        data = bytearray()
        for piece in self._pieces(answer):
            data += piece if unpack is None else unpack.decompress(piece, self._limits.bytes + 1 - len(data))
            if len(data) > self._limits.bytes:
                raise self._too_large()
        return bytes(data)

    def _pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        while piece := answer.read1(_PIECE):
            if monotonic() > self._deadline:
                raise TimeoutError
            yield piece

    def _too_large(self) -> Exception:
        return refused("too_large", limit=f"{self._limits.bytes // MIB} MiB")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise refused("bad_address", reason=str(error)) from error
    if not known or parts.username is not None:
        raise refused("bad_address", reason=parts.scheme or "-")
    return parts


def _page(url: str, answer: http.client.HTTPResponse, exchange: _Exchange) -> Page:
    if answer.status in _GONE:
        raise Gone
    if answer.status != 200:
        raise refused("http_status", status=answer.status)
    try:
        data = exchange.body(answer)
    except (zlib.error, ValueError) as error:
        raise refused("unreachable", reason=str(error)) from error
    return Page(
        url,
        answer.getheader("Content-Type") or "",
        answer.getheader("ETag") or "",
        answer.getheader("Last-Modified") or "",
        data,
    )
