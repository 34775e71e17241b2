"""Is this process alive, and is it ready: database reached, schema up to date."""

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend.web.problems import problem

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def pending_migration(engine: Engine) -> str | None:
    """Return a sentence if the schema is not the one this code needs. Raises ``SQLAlchemyError``."""
    needed = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == needed:
        return None
    return f"The database is at revision {found or 'none'}, this code needs {needed}: run `python -m backend migrate`."


def blueprint(*, engine: Engine) -> Blueprint:
    """Serve ``/healthz`` and ``/readyz``."""
    views = Blueprint("health", __name__)

    @views.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @views.get("/readyz")
    def readyz() -> Response:
        try:
            pending = pending_migration(engine)
        except SQLAlchemyError:
            return problem(503, "not_ready", "The database cannot be reached.")
        if pending:
            return problem(503, "not_ready", pending)
        return jsonify(status="ready")

    return views
