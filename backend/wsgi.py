"""Door for a WSGI server: ``backend.wsgi:app``."""

from backend import logs
from backend.app import create_app
from backend.settings import Settings

logs.configure()
app = create_app(Settings.from_env())
