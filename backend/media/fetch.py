"""Fetches a file from the internet without being led into our own network.

Every hop of a redirect is checked: https only, a public address only, and the connection goes to the very address that
was checked (a second look-up could answer otherwise). No header of ours goes along. Size and time are limited.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

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


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of ``host``. Raises ``CannotFetch`` unless every one of them is public."""
    try:
        found = {str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise CannotFetch(f"{host} has no address") from error
    private = [address for address in found if not ipaddress.ip_address(address.partition("%")[0]).is_global]
    if private or not found:
        raise CannotFetch(f"{host} is not on the public internet", is_forbidden=True)
    return sorted(found)


class Fetcher:
    """Opens files. ``instead`` (development) maps hosts to the address that answers for them."""

    def __init__(
        self,
        *,
        instead: Callable[[str], str | None] = lambda host: None,
        resolve: Resolve = public_addresses,
        max_bytes: int = MAX_BYTES,
        ca_certs: str | None = None,
    ) -> None:
        self._instead = instead
        self._resolve = resolve
        self._max_bytes = max_bytes
        self._ca_certs = ca_certs

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> File:
        """Open the file at ``url``, following up to three redirects. Raises ``CannotFetch``."""
        for _ in range(MAX_HOPS + 1):
            answer = self._ask(url, headers or {})
            if answer.status in (301, 302, 303, 307, 308):
                answer.close()
                url, headers = urljoin(url, answer.headers.get("Location", "")), None
                continue
            if answer.status != 200:
                answer.close()
                raise CannotFetch(f"{urlsplit(url).hostname} answered {answer.status}")
            return self._file(answer)
        raise CannotFetch("too many redirects")

    def _ask(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        parts = urlsplit(url)
        host = parts.hostname or ""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "channel-kit", **headers}
        try:
            pool = self._pool(parts.scheme, host, parts.port)
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
        return urllib3.HTTPSConnectionPool(
            address, port or 443, maxsize=1, server_hostname=host, assert_hostname=host, ca_certs=self._ca_certs
        )

    def _file(self, answer: urllib3.BaseHTTPResponse) -> File:
        given = answer.headers.get("Content-Length", "")
        size = int(given) if given.isdecimal() else None
        if size is not None and size > self._max_bytes:
            answer.close()
            raise CannotFetch(f"the file has {size} bytes, at most {self._max_bytes} are taken")
        return File(answer.headers.get("Content-Type", ""), size, self._chunks(answer))

    def _chunks(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        ends_at, left = time.monotonic() + WHOLE_S, self._max_bytes
        try:
            for chunk in answer.stream(_CHUNK, decode_content=False):
                left -= len(chunk)
                if left < 0 or time.monotonic() > ends_at:
                    raise CannotFetch("the file is too large or comes too slowly")
                yield chunk
        except (HTTPError, OSError) as error:
            raise CannotFetch(f"the file broke off: {type(error).__name__}") from error
        finally:
            answer.close()
