"""COVERAGE.md says what the code does, and every statement of the conformance lists has its test."""

import re
from pathlib import Path

import pytest
from werkzeug.routing import Map

from sandbox import coverage
from sandbox.app import create_app
from sandbox.world import World

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "sandbox" / "COVERAGE.md"
NUMBER = re.compile(r"def test_(\d{3})(?:_and_(\d{3}))?")


def test_the_page_is_up_to_date() -> None:
    hint = "run: python -m sandbox.coverage > sandbox/COVERAGE.md"
    assert PAGE.read_text(encoding="utf-8") == coverage.page(), hint


def test_every_route_of_the_chat_service_stands_on_the_page(world: World) -> None:
    rules: Map = create_app(world).url_map
    found = {rule.rule for rule in rules.iter_rules() if rule.endpoint.startswith("amojo.")}
    assert len(found) == len(coverage.AMOJO)


@pytest.mark.parametrize(
    ("files", "last", "elsewhere"),
    [("test_chat_statements_*.py", 78, {2}), ("test_crm_statements_*.py", 73, {73})],
)
def test_every_numbered_statement_is_a_test(files: str, last: int, elsewhere: set[int]) -> None:
    found: set[int] = set()
    for path in HERE.glob(files):
        for first, second in NUMBER.findall(path.read_text(encoding="utf-8")):
            found |= {int(first), int(second or first)}
    assert set(range(1, last + 1)) - found == elsewhere
