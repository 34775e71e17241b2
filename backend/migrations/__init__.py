"""Alembic, linear, one file a change, up only. The web process never migrates on start."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

from backend.db import metadata

_HERE = Path(__file__).parent


def all_tables() -> MetaData:
    """The metadata with the tables of every room that has a ``models`` module, rooms inside rooms included."""
    for module in sorted(_HERE.parent.rglob("models.py")):
        import_module(".".join(module.relative_to(_HERE.parents[1]).with_suffix("").parts))
    return metadata


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to ``revision``; does nothing if it is there already."""
    config = _config()
    config.attributes["engine"] = engine
    command.upgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Whether every migration has been applied."""
    with engine.connect() as conn:
        return set(MigrationContext.configure(conn).get_current_heads()) == set(
            ScriptDirectory.from_config(_config()).get_heads()
        )


def differences(engine: Engine) -> list[object]:
    """What the models say and the migrated database lacks, or the other way round. Empty when they agree."""
    with engine.connect() as conn:
        return list(compare_metadata(MigrationContext.configure(conn), all_tables()))


def revisions() -> list[str]:
    """Names of all migrations, oldest first."""
    return [module.name for module in iter_modules([str(_HERE / "versions")])]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config
