"""Is this process alive, and is it ready: database reached, schema up to date."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backend import migrations
from backend.web.problems import problem


def pending_migration(engine: Engine) -> str | None:
    """Return a sentence if the schema is not the one this code needs. Raises ``SQLAlchemyError``."""
    if migrations.is_current(engine):
        return None
    return "The database does not have the schema that this code needs: run `python -m backend migrate`."


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
