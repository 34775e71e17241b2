"""The coverage tables of the host page say what a widget really finds there."""

import re

import pytest

from sandbox.page.coverage import GLOBALS, MEMBERS
from tests.support.host_page import Host

pytestmark = pytest.mark.browser


def named(rows: tuple[tuple[str, ...], ...]) -> set[str]:
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_member_of_the_base_object_is_listed_and_every_listed_one_is_there(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    base = "Object.getPrototypeOf(Object.getPrototypeOf(window.probe))"
    assert set(host.page.evaluate(f"Object.keys({base})")) == named(MEMBERS)


def test_every_member_of_the_global_object_is_listed_and_every_listed_one_is_there(host: Host) -> None:
    host.visit("/leads/pipeline/")
    groups = {row[0].partition(":")[0].strip("`") for row in GLOBALS if ":" in row[0]}
    lone = named(tuple(row for row in GLOBALS if ":" not in row[0]))
    assert set(host.page.evaluate("Object.keys(APP)")) == groups | lone
    for group in groups:
        listed = named(tuple(row for row in GLOBALS if row[0].startswith(f"`{group}`:"))) - {group}
        assert {name for name in host.page.evaluate(f"Object.keys(APP.{group})") if name[0] != "_"} == listed
