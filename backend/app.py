"""The only wiring: settings in, a Flask application out."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Engine

from backend.db import open_engine
from backend.kommo.client import KommoClient
from backend.seal import Sealer
from backend.settings import Settings
from backend.web import cors, guard, health, problems


@dataclass(frozen=True)
class Backend:
    """What the rooms share: opened once a process."""

    settings: Settings
    engine: Engine
    sealer: Sealer
    kommo: KommoClient


def open_backend(settings: Settings) -> Backend:
    """Open the database and the client that ``settings`` name."""
    return Backend(
        settings=settings,
        engine=open_engine(settings.database_url),
        sealer=Sealer.from_settings(settings),
        kommo=KommoClient(settings.kommo_zones, settings.amojo_host, settings.dev_kommo_url),
    )


def create_app(settings: Settings, backend: Backend | None = None) -> Flask:
    """Build the application. ``backend`` is what is already open in this process, if anything is."""
    backend = backend or open_backend(settings)
    app = Flask("backend", static_folder=None)
    problems.register(app)
    guard.register(app, is_https=settings.public_url.startswith("https://"))
    cors.register(app, zones=settings.kommo_zones, dev_origins=settings.dev_origins)
    app.register_blueprint(health.blueprint(engine=backend.engine))
    return app
