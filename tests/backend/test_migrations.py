from pathlib import Path

from backend.db import open_engine
from backend.migrations import differences, is_current, revisions, upgrade


def test_models_and_migrations_say_the_same(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    upgrade(engine)
    assert differences(engine) == []


def test_migrating_twice_is_harmless_and_the_database_knows_it_is_current(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/a.db")
    assert not is_current(engine)
    upgrade(engine)
    upgrade(engine)
    assert is_current(engine)


def test_migrations_are_linear_and_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in revisions()] == list(range(1, len(revisions()) + 1))
