"""The closed host list against every published form of ``referer``."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.kommo.hosts import (
    AMOCRM,
    KOMMO,
    ForeignHost,
    account_host,
    account_of_url,
    is_account_host,
    platform_of,
    url_host,
)

ZONES = ("kommo.com", "amocrm.com", "amocrm.ru")
CASES = json.loads(Path("tests/golden/crm_oauth.json").read_text(encoding="utf-8"))["referer_hosts"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["referer"])[:40])
def test_each_published_referer_is_judged_as_published(case: Any) -> None:
    if case["ok"]:
        assert account_host(case["referer"], ZONES) == case["host"]
    else:
        with pytest.raises(ForeignHost):
            account_host(case["referer"], ZONES)


@pytest.mark.parametrize("name", ["developers.kommo.com", "amojo.kommo.com", "support.kommo.com"])
def test_a_name_that_is_no_accounts_is_refused_since_others_may_serve_it(name: Any) -> None:
    with pytest.raises(ForeignHost):
        account_host(name, ZONES)


def test_a_zone_of_the_other_platform_is_refused() -> None:
    assert not is_account_host("acme.amocrm.ru", KOMMO.zones)
    assert not is_account_host("acme.amocrm.com", AMOCRM.zones)


@pytest.mark.parametrize(
    ("host", "platform"),
    [("acme.kommo.com", KOMMO), ("acme.amocrm.com", KOMMO), ("acme.amocrm.ru", AMOCRM), ("amojo.amocrm.com", KOMMO)],
)
def test_a_zone_belongs_to_one_platform(host: str, platform: object) -> None:
    assert platform_of(host) is platform


@pytest.mark.parametrize("host", ["", "kommo.com", "a.b.kommo.com", "acme.evil.example", "acme.kommo.com."])
def test_a_host_of_neither_platform_is_refused(host: str) -> None:
    with pytest.raises(ForeignHost):
        platform_of(host)


def test_the_error_never_repeats_what_a_stranger_wrote() -> None:
    with pytest.raises(ForeignHost) as caught:
        account_host("evil.example", ZONES)
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["http://a.kommo.com", "https://a.kommo.com:8443", "https://u@a.kommo.com", "https:///x", "https://a.kommo.com:x"],
)
def test_an_address_with_anything_but_https_and_a_plain_host_is_refused(url: Any) -> None:
    with pytest.raises(ForeignHost):
        url_host(url)


def test_the_address_of_an_account_is_read_with_and_without_a_closing_slash() -> None:
    assert account_of_url("https://acme.kommo.com", ZONES) == account_of_url("https://acme.kommo.com/", ZONES)
    with pytest.raises(ForeignHost):
        account_of_url("http://acme.kommo.com", ZONES)
