"""Fetches a file from the internet without being led into our own network.

Every hop of a redirect is checked: https only, a public address only, and the connection goes to the very address that
was checked (a second look-up could answer otherwise). No header of ours goes along. Size and time are limited.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

MAX_BYTES = 50_000_000
MAX_HOPS = 3
WHOLE_S = 120.0
_TIMEOUT = urllib3.Timeout(connect=5, read=15)
_CHUNK = 64 * 1024

Resolve = Callable[[str, int], list[str]]


class CannotFetch(Exception):
    """The file cannot be had. ``is_forbidden``: its address is not one that we follow."""

    def __init__(self, reason: str, *, is_forbidden: bool = False) -> None:
        super().__init__(reason)
        self.is_forbidden = is_forbidden


@dataclass(frozen=True)
class File:
    """An opened file. ``chunks`` must be read to its end or closed; it raises ``CannotFetch`` over the limits."""

    content_type: str
    size: int | None
    chunks: Iterator[bytes]


_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_NOT_FOR_HOSTS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "2001::/23", "2002::/16", "3fff::/20")))


def is_public(address: str) -> bool:
    """Whether an address is one host's on the internet, and leads nowhere else by an IPv4 address inside it.

    https://www.iana.org/assignments/iana-ipv6-special-registry/
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if found.version == 6 and found not in _GLOBAL_V6:
        return False
    is_special = found.is_multicast or found.is_reserved or any(found in network for network in _NOT_FOR_HOSTS)
    return found.is_global and not is_special


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of ``host``. Raises ``CannotFetch`` unless every one of them is public."""
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise CannotFetch(f"{host} has no address") from error
    if not found or not all(map(is_public, found)):
        raise CannotFetch(f"{host} is not on the public internet", is_forbidden=True)
    return sorted(found)


class _Bounded(urllib3.connection.HTTPSConnection):
    """A connection that is cut where the head of an answer does not come whole: each read waits anew for a drop."""

    whole_s = WHOLE_S

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3 itself does
        """The answer, or an error after ``whole_s`` seconds."""
        is_cut = threading.Event()
        timer = threading.Timer(self.whole_s, _cut, [self.sock, is_cut])
        timer.daemon = True
        timer.start()
        try:
            answer = super().getresponse()
        finally:
            timer.cancel()
        if is_cut.is_set():  # its end looks like that of the head
            answer.close()
            raise TimeoutError(f"the head of the answer took over {self.whole_s} s")
        return answer


def _cut(sock: socket.socket, is_cut: threading.Event) -> None:
    is_cut.set()
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Fetcher:
    """Opens files. ``instead`` (development) maps hosts to the address that answers for them."""

    def __init__(
        self,
        *,
        instead: Callable[[str], str | None] = lambda host: None,
        resolve: Resolve = public_addresses,
        max_bytes: int = MAX_BYTES,
        ca_certs: str | None = None,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._instead = instead
        self._resolve = resolve
        self._max_bytes = max_bytes
        self._ca_certs = ca_certs
        self._whole_s = whole_s

    def open(self, url: str, *, trusted: str = "") -> File:
        """Open the file at ``url``, following up to three redirects. Raises ``CannotFetch``.

        ``trusted`` is an origin that the operator has named: there http will do, and an address of the own network.
        """
        for _ in range(MAX_HOPS + 1):
            answer = self._ask(_parts(url), trusted)
            if answer.status in (301, 302, 303, 307, 308):
                answer.close()
                url = _joined(url, answer.headers.get("Location", ""))
                continue
            if answer.status != 200:
                answer.close()
                raise CannotFetch(f"{_parts(url).hostname} answered {answer.status}")
            return self._file(answer)
        raise CannotFetch("too many redirects")

    def _ask(self, parts: SplitResult, trusted: str) -> urllib3.BaseHTTPResponse:
        host = parts.hostname or ""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "channel-kit"}
        try:
            pool = _trusted_pool(parts) if _is_at(trusted, parts) else self._pool(parts.scheme, host, parts.port)
            return pool.urlopen(
                "GET", target, headers=sent,
                redirect=False, retries=False, preload_content=False, timeout=_TIMEOUT, decode_content=False,
            )  # fmt: skip
        except (HTTPError, OSError, ValueError) as error:
            raise CannotFetch(f"{host} could not be reached: {type(error).__name__}") from error

    def _pool(self, scheme: str, host: str, port: int | None) -> urllib3.HTTPConnectionPool:
        stand_in = self._instead(host)
        if stand_in is not None:
            there = urlsplit(stand_in)
            return urllib3.HTTPConnectionPool(there.hostname or "", there.port or 80, maxsize=1)
        if scheme != "https" or not host:
            raise CannotFetch(f"only https links are followed, not {scheme or 'none'}", is_forbidden=True)
        address = self._resolve(host, port or 443)[0]
        pool = urllib3.HTTPSConnectionPool(
            address, port or 443, maxsize=1, server_hostname=host, assert_hostname=host, ca_certs=self._ca_certs
        )
        pool.ConnectionCls = type("Bounded", (_Bounded,), {"whole_s": self._whole_s})
        return pool

    def _file(self, answer: urllib3.BaseHTTPResponse) -> File:
        size = answer.length_remaining
        if size is not None and size > self._max_bytes:
            answer.close()
            raise CannotFetch(f"the file has {size} bytes, at most {self._max_bytes} are taken")
        return File(answer.headers.get("Content-Type", ""), size, self._chunks(answer))

    def _chunks(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        ends_at, left = time.monotonic() + self._whole_s, self._max_bytes
        try:
            while chunk := answer.read1(_CHUNK, decode_content=False):
                left -= len(chunk)
                if left < 0 or time.monotonic() > ends_at:
                    raise CannotFetch("the file is too large or comes too slowly")
                yield chunk
        except (HTTPError, OSError) as error:
            raise CannotFetch(f"the file broke off: {type(error).__name__}") from error
        finally:
            answer.close()


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise CannotFetch("this is no link", is_forbidden=True) from error


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise CannotFetch("the file was redirected to something that is no link", is_forbidden=True) from error


def _is_at(origin: str, parts: SplitResult) -> bool:
    return bool(origin) and (parts.scheme, parts.netloc) == urlsplit(origin)[:2]


def _trusted_pool(parts: SplitResult) -> urllib3.HTTPConnectionPool:
    if parts.scheme == "https":
        return urllib3.HTTPSConnectionPool(parts.hostname or "", parts.port or 443, maxsize=1)
    return urllib3.HTTPConnectionPool(parts.hostname or "", parts.port or 80, maxsize=1)
