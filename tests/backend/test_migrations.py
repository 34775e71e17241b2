from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.db import open_engine, transaction
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


@pytest.mark.parametrize(
    ("platform", "code", "expected"),
    [("kommo", "kommo.ext.1", "kommo"), ("amocrm", "kommo.ext.1", "amocrm"), ("kommo", "amo.ext.1", "amocrm")],
)
def test_an_integration_gets_the_platform_of_its_accounts_and_its_channel(
    empty: Engine, platform: str, code: str, expected: str
) -> None:
    upgrade(empty, "0010")
    with transaction(empty) as conn:
        for statement in (
            "INSERT INTO integrations VALUES (1, 'c', '', '', 'w', '2026-01-01')",
            "INSERT INTO installations (integration_id, platform, account_id, host, kind, state, installed_at)"
            f" VALUES (1, '{platform}', '7', 'h', 'oauth', 'active', '2026-01-01')",
            "INSERT INTO channels (integration_id, channel_id, secret, code, name, imported_at)"
            f" VALUES (1, 'ch', '', '{code}', 'n', '2026-01-01')",
        ):
            conn.exec_driver_sql(statement)
    upgrade(empty)
    with empty.connect() as conn:
        assert conn.exec_driver_sql("SELECT platform FROM integrations").scalar_one() == expected
