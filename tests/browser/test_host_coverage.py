"""The coverage tables of the host page say what a widget really finds there."""

import re

import pytest

from sandbox.page.coverage import MEMBERS
from tests.support.host_page import Host

pytestmark = pytest.mark.browser


def named(rows: tuple[tuple[str, ...], ...]) -> set[str]:
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row[0])}


def test_every_member_of_the_base_object_is_listed_and_every_listed_one_is_there(host: Host) -> None:
    host.install()
    host.visit("/leads/pipeline/")
    base = "Object.getPrototypeOf(Object.getPrototypeOf(window.probe))"
    assert set(host.page.evaluate(f"Object.keys({base})")) == named(MEMBERS)
