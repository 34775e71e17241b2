"""Databases for the backend's tests: each test gets a migrated one of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from backend.db import open_engine
from backend.migrations import upgrade
from programs import postgres
from tests.backend.databases import Databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): its half of the contract is not tested")
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def databases(postgres_server: str) -> Databases:
    """Migrated databases to lend."""
    url = postgres.create_database(postgres_server)
    _migrate(url)
    return Databases(postgres_server, url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that the others are copied from."""
    path = tmp_path_factory.mktemp("template") / "test.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    engine = open_engine(f"sqlite:///{tmp_path}/test.db")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(databases: Databases) -> Iterator[Engine]:
    url = databases.lend()
    engine = open_engine(url)
    yield engine
    engine.dispose()
    databases.take_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A database of either kind: what holds on one must hold on the other."""
    name = "sqlite_engine" if request.param == "sqlite" else "postgres_engine"
    return request.getfixturevalue(name)  # type: ignore[no-any-return]
