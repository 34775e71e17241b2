"""Lists, read page by page as they are needed, in constant memory, and taken up again after a crash.

The next page is where ``_links.next.href`` says, exactly as given, as long as it stays on the account's host. A list
ends at an empty answer (204), at a page without that link, and at a page shorter than it was asked for: some lists
always give a next link. https://github.com/amocrm/amocrm-api-php/issues/193
"""

from collections.abc import Iterator
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from backend.kommo.api.errors import BadLink
from backend.kommo.api.wire import Wire
from backend.kommo.hosts import ForeignHost, url_host

T = TypeVar("T")

MAX_LIMIT = 250  # https://www.amocrm.ru/developers/content/crm_platform/leads-api


class Href(msgspec.Struct, frozen=True):
    """A link."""

    href: str


class Envelope(msgspec.Struct, Generic[T], frozen=True):
    """A list as the API wraps it."""

    embedded: dict[str, list[T]] = msgspec.field(name="_embedded", default_factory=dict)
    links: dict[str, Href] = msgspec.field(name="_links", default_factory=dict)
    total: int | None = msgspec.field(name="_total_items", default=None)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page. ``next_url`` is what to keep for going on after a crash; None at the end of the list."""

    items: list[T]
    next_url: str | None


class Listing(Generic[T]):
    """An iterator over a list's items that reads the next page when the last one is used up.

    ``bookmark`` is the address of the page that is being used: kept somewhere safe, it lets another process go on from
    there (``at=``), at the price of seeing that page's items once more. An error leaves the iterator where it was:
    calling on after a pause reads the same page again.
    """

    def __init__(self, wire: Wire, url: str, key: str, kind: type[T]) -> None:
        self._wire = wire
        self._key = key
        self._envelope = Envelope[kind]  # type: ignore[valid-type]
        self._items: Iterator[T] = iter(())
        self._next: str | None = url
        self._seen: set[int] = set()
        self.bookmark: str | None = url

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            page = self._read()
            if page is None:
                raise StopIteration
            self._items = iter(page.items)

    def pages(self) -> Iterator[Page[T]]:
        """The rest of the list, a page at a time."""
        while (page := self._read()) is not None:
            yield page

    def _read(self) -> Page[T] | None:
        url = self._next
        if url is None:
            self.bookmark = None
            return None
        if hash(url) in self._seen:
            raise BadLink("the link to the next page leads in a circle", kind="loop", host=self._wire.host)
        self._check_host(url)
        answer = self._wire.get(url, self._envelope)
        self.bookmark = url
        self._seen.add(hash(url))
        items = answer.embedded.get(self._key, []) if answer else []
        link = answer.links.get("next") if answer and items and not _is_short(url, len(items)) else None
        self._next = link.href if link else None
        if not items:
            self.bookmark = None
            return None
        return Page(items, self._next)

    def _check_host(self, url: str) -> None:
        try:
            is_ours = url_host(url) == self._wire.host
        except ForeignHost:
            is_ours = False
        if not is_ours:
            raise BadLink("the link to the next page leads to another host", kind="foreign_next", host=self._wire.host)


def _is_short(url: str, count: int) -> bool:
    """Whether a page holds less than its own address asks for. Pages found by a cursor may be short in the middle."""
    query = parse_qs(urlsplit(url).query)
    limit = query.get("limit", [""])[-1]
    return "cursor" not in query and limit.isascii() and limit.isdigit() and count < int(limit)
