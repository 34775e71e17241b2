"""Lists: every golden walk, going on after an error or a crash, and memory that stays flat."""

import json
import tracemalloc
from itertools import islice
from typing import Any

import pytest

from backend.kommo.api import Api
from backend.kommo.api.errors import BadAnswer, BadLink, Failed
from backend.kommo.api.listing import Listing
from backend.kommo.api.models import Lead, Note
from tests.backend.kommo.api.conftest import HOST
from tests.backend.kommo.api.golden import golden, replay
from tests.backend.stub_kommo import Answer, Asked, Stub

PAGES = golden("crm_pages.json")


def listing_of(api: Api, walk: dict[str, Any]) -> Listing[Any]:
    first = walk["responses"][0]["url"]
    key, kind = ("notes", Note) if "/notes" in first else ("leads", Lead)
    return Listing(api.wire, f"https://{HOST}{first}", key, kind)


@pytest.mark.parametrize("walk", PAGES["walks"], ids=lambda walk: walk["name"])
def test_every_golden_walk_gives_its_items_in_as_many_requests(stub: Stub, api: Api, walk: dict[str, Any]) -> None:
    stub.script = replay(*walk["responses"])
    found: list[int] = []
    error = None
    try:
        found.extend(item.id for item in listing_of(api, walk))
    except BadLink as refused:
        error = refused.kind
    assert (found, error, len(stub.asked)) == (walk["expect_ids"], walk.get("error"), walk["requests"])


def test_items_read_before_a_bad_link_are_not_lost(stub: Stub, api: Api) -> None:
    walk = next(walk for walk in PAGES["walks"] if walk.get("error") == "foreign_next")
    stub.script = replay(*walk["responses"])
    listing = listing_of(api, walk)
    assert [lead.id for lead in islice(listing, 2)] == walk["expect_ids"]
    with pytest.raises(BadLink, match="another host"):
        next(listing)


def test_files_of_an_entity_are_walked_down_by_id(stub: Stub, api: Api) -> None:
    walk = PAGES["keyset_walk"]
    stub.script = replay(*walk["responses"])
    links = api.files("https://drive-c.kommo.com").attached("leads", 15900101, limit=2)
    assert [link.id for link in links] == walk["expect_ids"]
    assert [asked.path for asked in stub.asked] == [one["url"] for one in walk["responses"]]


def test_users_come_with_their_rights(stub: Stub, api: Api) -> None:
    stub.script = replay(PAGES["users_page"])
    ann, bob = api.users()
    assert (ann.is_admin, bob.is_admin) == (True, False)
    assert ann.amojo_id == "0a0a0a0a-0000-4000-8000-000000000006"


def numbered(last: int, size: int, *, by: str = "page") -> Any:
    """A stub of ``last`` leads whose next links go by page or by an opaque cursor without a limit."""

    def script(asked: Asked) -> Answer:
        place = int(asked.path.partition(f"{by}=")[2] or 0)
        ids = range(place * size + 1, min(last, (place + 1) * size) + 1)
        tail = f"{by}={place + 1}" if by == "cursor" else f"limit={size}&{by}={place + 1}"
        links = {"next": {"href": f"https://{HOST}/api/v4/leads?{tail}"}}
        leads = [{"id": id, "name": "x" * 200} for id in ids]
        return Answer(200, {"_links": links, "_embedded": {"leads": leads}}) if leads else Answer(204)

    return script


def test_a_cursor_is_followed_as_given(stub: Stub, api: Api) -> None:
    stub.script = numbered(7, 3, by="cursor")
    assert [lead.id for lead in api.leads.list(limit=3)] == [1, 2, 3, 4, 5, 6, 7]
    assert stub.asked[1].path == "/api/v4/leads?cursor=1"


def test_nothing_is_asked_before_the_first_item_is_wanted(stub: Stub, api: Api) -> None:
    stub.script = numbered(100, 10)
    listing = api.leads.list(limit=10)
    assert stub.asked == []
    assert [lead.id for lead in islice(listing, 12)] == list(range(1, 13))
    assert len(stub.asked) == 2


def test_another_process_goes_on_from_the_bookmark(stub: Stub, api: Api) -> None:
    stub.script = numbered(9, 3)
    crashed = api.leads.list(limit=3)
    used = [next(crashed).id for _ in range(5)]
    taken_up = [lead.id for lead in api.leads.list(at=crashed.bookmark)]
    assert used == [1, 2, 3, 4, 5]
    assert taken_up == [4, 5, 6, 7, 8, 9]


def test_pages_name_where_the_next_one_is(stub: Stub, api: Api) -> None:
    stub.script = numbered(5, 2)
    pages = list(api.leads.list(limit=2).pages())
    assert [[lead.id for lead in page.items] for page in pages] == [[1, 2], [3, 4], [5]]
    assert pages[0].next_url == f"https://{HOST}/api/v4/leads?limit=2&page=1"
    assert pages[-1].next_url is None


def test_after_an_error_the_same_listing_goes_on(stub: Stub, api: Api) -> None:
    stub.script = numbered(4, 2)
    listing = api.leads.list(limit=2)
    assert [next(listing).id, next(listing).id] == [1, 2]
    stub.script = lambda asked: Answer(500)
    with pytest.raises(Failed):
        next(listing)
    stub.script = numbered(4, 2)
    assert [lead.id for lead in listing] == [3, 4]


def test_an_answer_of_another_shape_is_named(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(200, {"_embedded": {"leads": [{"id": "seven"}]}})
    with pytest.raises(BadAnswer, match="/api/v4/leads answered in an unknown shape"):
        next(api.leads.list())


def test_no_page_is_asked_for_that_is_longer_than_the_list_allows(stub: Stub, api: Api) -> None:
    stub.script = lambda asked: Answer(204)
    assert list(api.events.list(limit=250)) == []
    assert stub.asked[0].path == "/api/v4/events?limit=100"


def test_memory_stays_flat_over_many_pages(stub: Stub, api: Api) -> None:
    stub.script = numbered(20_000, 250)
    listing = api.leads.list()
    next(listing)
    tracemalloc.start()
    count = 1
    for _ in listing:
        count += 1
        stub.asked.clear()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8 * len(json.dumps({"id": 1, "name": "x" * 200})) * 250
