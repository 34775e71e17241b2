"""Listing every lead of an account with 100,000, 250 on a page, from the sandbox in another process.

Beside us: a bare `requests.Session` loop with `json.loads` that follows the next links and gives dicts, and
`amocrm_api`, whose dicts are counted too (its own models would only slow it down). We give typed leads and check every
link. Contestants take turns page by page, and the best round of each page counts: so what else the machine does hits
all alike. Wall time holds the sandbox's work as well, which is the same for all; the processor time of the client alone
is a row of its own.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from itertools import islice
from math import inf
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from backend.kommo.api import Api
from backend.kommo.client import KommoClient
from bench import peers
from bench.kommo_process import KommoProcess, running_kommo
from bench.row import Goal, Row, judge, limit

LEADS, QUICK_LEADS, PAGE = 100_000, 5_000, 250
NAMES = ("ours", "bare requests", "amocrm_api")
FLAT_MB = 4.0


def run(quick: bool) -> Iterator[Row]:
    """Rows: seconds on the wall, seconds of the client's processor, and what our memory grew by."""
    leads = QUICK_LEADS if quick else LEADS
    with running_kommo(leads) as kommo:
        lists: dict[str, Callable[[], Iterator[Any]]] = {
            "ours": lambda: iter(_api(kommo).leads.list()),
            "bare requests": lambda: _bare(kommo),
        }
        rival = _amocrm_api(kommo)
        if rival:
            lists["amocrm_api"] = rival
        walls, processors = _best_pages(lists, leads, rounds=3)
        goals = [Goal("bare requests", 1.15), Goal("amocrm_api")]
        yield judge(f"{leads:,} leads, wall", "s", {name: walls.get(name) for name in NAMES}, goals)
        yield judge(f"{leads:,} leads, client's processor", "s", {n: processors.get(n) for n in NAMES}, goals)
        yield limit("memory grown by after page 10", "MB", _growth_mb(kommo), FLAT_MB)


def _best_pages(
    lists: Mapping[str, Callable[[], Iterator[Any]]], leads: int, rounds: int
) -> tuple[dict[str, float], dict[str, float]]:
    """The sums over all pages of the best wall and processor seconds that each page took in any round."""
    pages, names = leads // PAGE, list(lists)
    best = {name: [[inf, inf] for _ in range(pages)] for name in lists}
    for turn in range(rounds):
        open_lists = {name: each() for name, each in lists.items()}
        for page in range(pages):
            for name in names if (turn + page) % 2 == 0 else reversed(names):
                wall, processor = time.perf_counter(), time.process_time()
                found = sum(1 for _ in islice(open_lists[name], PAGE))
                spent = time.perf_counter() - wall, time.process_time() - processor
                if found != PAGE:
                    raise AssertionError(f"{name}: page {page + 1} has {found} leads instead of {PAGE}")
                best[name][page] = [min(pair) for pair in zip(best[name][page], spent, strict=True)]
        if any(next(each, None) is not None for each in open_lists.values()):
            raise AssertionError("a list goes on after its end")
    sums = [{name: sum(page[which] for page in found) for name, found in best.items()} for which in (0, 1)]
    return sums[0], sums[1]


def _api(kommo: KommoProcess) -> Api:
    client = KommoClient(kommo.url)
    return Api(client.call, kommo.host, lambda refused=None: kommo.token)


def _bare(kommo: KommoProcess) -> Iterator[Any]:
    path = f"/api/v4/leads?limit={PAGE}"
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Authorization": f"Bearer {kommo.token}", "Host": kommo.host})
        while path:
            answer = session.get(kommo.url + path, timeout=30)
            if answer.status_code == 204:
                break
            page = json.loads(answer.content)
            yield from page["_embedded"]["leads"]
            path = page["_links"].get("next", {}).get("href", "").removeprefix(f"https://{kommo.host}")


class _Rerouted(HTTPAdapter):
    """Connects to the sandbox in place of the host that a peer has in its code."""

    def __init__(self, kommo: KommoProcess) -> None:
        super().__init__()
        self._kommo = kommo

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send to the sandbox."""
        request.url = self._kommo.url + (request.path_url or "")
        request.headers["Host"] = self._kommo.host
        return super().send(request, *args, **kwargs)


class _Tokens:
    """What `amocrm_api` asks a token manager for."""

    def __init__(self, kommo: KommoProcess) -> None:
        self.subdomain = kommo.host.partition(".")[0]
        self._token = kommo.token

    def get_access_token(self) -> str:
        """The token; it outlives the run."""
        return self._token


def _amocrm_api(kommo: KommoProcess) -> Callable[[], Iterator[Any]] | None:
    folder = peers.python_peer("amocrm_api")
    if folder is None:
        return None
    sys.path.append(str(folder))
    kind = import_module("amocrm.v2.interaction").GenericInteraction

    def leads() -> Iterator[Any]:
        with requests.Session() as session:
            session.mount("https://", _Rerouted(kommo))
            yield from kind(token_manager=_Tokens(kommo), session=session, path="leads").get_all()

    return leads


def _growth_mb(kommo: KommoProcess) -> float:
    """What the process holds after the last page more than after the tenth."""
    before = 0.0
    for number, _ in enumerate(_api(kommo).leads.list().pages(), 1):
        if number == 10:
            before = _resident_mb()
    return max(0.0, _resident_mb() - before)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
