"""HAL answers and the reading of lists: pages, links, ``with``, batches.

https://www.amocrm.ru/developers/content/crm_platform/leads-api , https://developers.kommo.com/docs/limitations
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, request

from sandbox.crm import form
from sandbox.crm.address import base, link
from sandbox.crm.errors import Problem
from sandbox.world import World

DEFAULT_LIMIT, MAX_LIMIT, MAX_BATCH = 50, 250, 250
Record = dict[str, Any]


def hal(body: Any, status: int = 200) -> Response:
    """Return a HAL answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/hal+json")


def nothing() -> Response:
    """Return 204 without a body, the answer for an empty list."""
    return Response(status=204)


def with_self(record: Record, path: str) -> Record:
    """Return a record with its own link."""
    return record | {"_links": {"self": link(path)}}


def wanted() -> set[str]:
    """Return the members of ``with``."""
    return {each.strip() for each in request.args.get("with", "").split(",") if each.strip()}


def asked() -> form.Tree:
    """Return the query as a tree."""
    return form.parse(request.args.items(multi=True))


def filters(world: World) -> form.Tree:
    """Return the tree under ``filter``; empty where the account has not bought filtering (amoCRM)."""
    switches = world.ground.switches
    found = asked().get("filter")
    return found if isinstance(found, dict) and (switches.is_kommo or switches.filters_open) else {}


def page(max_limit: int = MAX_LIMIT) -> tuple[int, int]:
    """Return page number and limit; raise Problem."""
    number, limit = (_whole(name, value) for name, value in (("page", 1), ("limit", min(DEFAULT_LIMIT, max_limit))))
    if limit > max_limit:
        raise Problem(422, f"Limit {max_limit} per page", why=f"limit={limit}")
    return max(1, number), max(1, limit)


def _whole(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    return int(text) if text.isdecimal() else default


def page_href(number: int) -> str:
    """Return this list's address at another page, filters percent-encoded."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    query = urlencode([*pairs, ("page", str(number))], quote_via=quote)
    return f"{base()}{request.path}?{query}"


def listing(
    world: World,
    name: str,
    found: Iterable[Record],
    show: Callable[[Record], Record],
    *,
    max_limit: int = MAX_LIMIT,
) -> Response:
    """Return one page of ``found`` under ``_embedded.<name>``, 204 when it is empty."""
    number, limit = page(max_limit)
    start = (number - 1) * limit
    rows = list(islice(iter(found), start, start + limit + 1))
    has_more, rows = len(rows) > limit, rows[:limit]
    if not rows:
        return nothing()
    links = {"self": {"href": f"{base()}{request.full_path.rstrip('?')}"}}
    if has_more or world.ground.switches.always_next:
        links["next"] = {"href": page_href(number + 1)}
    if number > 1:
        links |= {"first": {"href": page_href(1)}, "prev": {"href": page_href(number - 1)}}
    return hal({"_page": number, "_links": links, "_embedded": {name: [show(row) for row in rows]}})


def whole_list(name: str, shown: Sequence[Record]) -> Response:
    """Return a list that is not paged and counts its items, 204 when it is empty."""
    if not shown:
        return nothing()
    return hal(collection(name, shown))


def collection(name: str, shown: Sequence[Record]) -> Record:
    """Return the envelope of a counted list."""
    return {
        "_total_items": len(shown),
        "_links": {"self": {"href": f"{base()}{request.full_path.rstrip('?')}"}},
        "_embedded": {name: list(shown)},
    }


def added(name: str, shown: Sequence[Record]) -> Response:
    """Return the answer of an addition or a change: items with ids and request ids, uncounted."""
    return hal({"_links": {"self": link(request.path)}, "_embedded": {name: list(shown)}})


def batch(max_items: int = MAX_BATCH) -> list[Record]:
    """Return the items of the body, each with a ``request_id``; raise Problem."""
    body = json_body()
    if not isinstance(body, list):
        raise Problem(400, "Request validation failed", why="the body must be an array of objects")
    if not body:
        raise Problem(400, "Request data can not be empty")
    if len(body) > max_items:
        raise Problem(422, f"Limit {max_items} per page", why=f"{len(body)} items in one request")
    if not all(isinstance(item, dict) for item in body):
        raise Problem(400, "Request validation failed", why="an item is not an object")
    return [item | {"request_id": str(item.get("request_id", index))} for index, item in enumerate(body)]


def one() -> Record:
    """Return the single object of the body; raise Problem."""
    body = json_body()
    if not isinstance(body, dict):
        raise Problem(400, "Request validation failed", why="the body must be one object")
    if not body:
        raise Problem(400, "Request data can not be empty")
    return body


def optional() -> Record:
    """Return the object of the body, empty when there is no body; raise Problem."""
    return one() if request.get_data().strip() not in (b"", b"{}", b"[]") else {}


def json_body() -> Any:
    """Return the JSON body; raise Problem."""
    raw = request.get_data()
    if not raw.strip():
        raise Problem(400, "Request data can not be empty")
    try:
        return json.loads(raw)
    except ValueError:
        raise Problem(400, "Request validation failed", why="the body is not JSON") from None
