"""The project file ``widget.toml``: read, checked as a whole, frozen. Every mistake is reported in one go."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType as Table
from typing import Any, NamedTuple

from bundler.errors import WrongUse
from bundler.parts.place import Place

PROJECT_FILE = "widget.toml"

_KEYS: Mapping[str, Mapping[str, type]] = {
    "widget": {"name": str, "version": str, "locales": list, "code": str},
    "support": {"link": str, "email": str},
    "backend": {"development": str, "staging": str, "production": str},
    "pictures": {"logo": str, "tour": str, "menu": str},
    "suppress": {},
    "channel": {
        "service_name": str,
        "webhook_url": str,
        "account_id": int,
        "write_first": bool,
        "time_window_s": int,
        "templates_after_window": bool,
        "email": str,
        "icon": str,
        "integration_id": str,
        "widget_code": str,
        "is_public": bool,
        "similar": str,
        "unique": str,
        "stores_files": bool,
        "reactions": str,
        "supports_quotes": bool,
        "supports_voice": bool,
        "max_file_mb": int,
    },
}
_KINDS = {str: "a text in quotes", list: "a list of texts", int: "a whole number", bool: "true or false"}
_FREE_TABLES = frozenset({"suppress"})
_REQUIRED = ("name", "version", "locales")
_LOCAL_ORIGIN = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\Z")
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d+)?(/[\w./-]*)?\Z", re.IGNORECASE)


class Project(NamedTuple):
    """What ``widget.toml`` says, and where it was found. The tables are handed to the templates as they are.

    ``suppress`` tells where each rule is suppressed; the reason is for readers of the file.
    """

    folder: Path
    widget: Mapping[str, Any]
    support: Mapping[str, str] = Table({})
    backend: Mapping[str, str] = Table({})
    pictures: Mapping[str, str] = Table({})
    suppress: Mapping[str, Place] = Table({})
    channel: Mapping[str, Any] = Table({})
    text: str = ""

    def line_of(self, table: str, key: str = "") -> int:
        """The line on which a table or a key of it stands in ``widget.toml``."""
        return _line_of(self.text, table, key)

    @property
    def version(self) -> str:
        """The widget's version, as it will stand in the manifest."""
        return str(self.widget["version"])

    @property
    def locales(self) -> list[str]:
        """The languages of the widget, in the order of the project file."""
        return list(self.widget["locales"])

    def backend_url(self, environment: str, override: str | None = None) -> str:
        """The backend's origin for an environment.

        Raises ``WrongUse`` if it is missing, or not https: a Kommo page is https and may call nothing else.
        Development may also use http on this machine.
        """
        url = (override or self.backend.get(environment, "")).rstrip("/")
        if not url:
            raise WrongUse(
                f"no backend for {environment}: set {environment} under [backend] in {PROJECT_FILE}, or --backend-url"
            )
        if _ORIGIN.match(url) or (environment == "development" and _LOCAL_ORIGIN.match(url)):
            return url
        raise WrongUse(f"the backend for {environment} must be an https address, and {url!r} is none")


def read_project(folder: Path) -> Project:
    """Read ``widget.toml`` from ``folder``. Raises ``WrongUse`` with every mistake, each with its line."""
    path = folder / PROJECT_FILE
    if not path.is_file():
        raise WrongUse(f"{folder} is no widget source: there is no {PROJECT_FILE} (make one with `build.py init`)")
    try:
        text = path.read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUse(f"{path}: {error}") from None
    problems = [f"{path}:{_line_of(text, table, key)}: {problem}" for table, key, problem in _problems(tables)]
    if problems:
        raise WrongUse(*problems)
    reasons = tables.pop("suppress", {})
    suppress = {key: Place(PROJECT_FILE, _line_of(text, "suppress", key), 1, key) for key in reasons}
    return Project(folder=folder, text=text, suppress=suppress, **tables)


def _problems(tables: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each mistake as (table, key, sentence)."""
    for table, content in tables.items():
        if table not in _KEYS:
            yield table, "", f"unknown table [{table}]; known are {', '.join(_KEYS)}"
        elif not isinstance(content, dict):
            yield table, "", f"{table} must be one table: write [{table}]"
        else:
            yield from _problems_in(table, content)
    widget = tables.get("widget")
    for key in _REQUIRED:
        if not isinstance(widget, dict) or not widget.get(key):
            yield "widget", "", f"[widget] needs {key}"


def _problems_in(table: str, content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    known = _KEYS[table]
    for key, value in content.items():
        wanted: type | None = str if table in _FREE_TABLES else known.get(key)
        if wanted is None:
            yield table, key, f"unknown key {key} in [{table}]; known are {', '.join(known)}"
        elif type(value) is not wanted or (isinstance(value, list) and not all(isinstance(i, str) for i in value)):
            yield table, key, f"{key} in [{table}] must be {_KINDS[wanted]}"
        elif table in _FREE_TABLES and not str(value).strip():
            yield table, key, f"{key} in [{table}] needs a reason"


def _line_of(text: str, table: str, key: str) -> int:
    """The line of a key, or of its table if it is not there. tomllib gives no positions; project files are flat."""
    inside, found = not table, 1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[{1,2}\s*([\w.-]+)\s*\]", line)
        if header:
            inside = header[1] == table
            found = number if inside else found
        elif inside and key and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
            return number
    return found
