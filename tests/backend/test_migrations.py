from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.db import open_engine
from backend.migrations import differences, is_current, revisions, upgrade


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    yield engine
    engine.dispose()


def test_models_and_migrations_say_the_same(empty: Engine) -> None:
    upgrade(empty)
    assert differences(empty) == []


def test_migrating_twice_is_harmless_and_the_database_knows_it_is_current(empty: Engine) -> None:
    assert not is_current(empty)
    upgrade(empty)
    upgrade(empty)
    assert is_current(empty)


def test_migrations_are_linear_and_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in revisions()] == list(range(1, len(revisions()) + 1))
