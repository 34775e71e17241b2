"""The request by which Kommo's support registers a chat channel: its fifteen items, from ``[channel]`` in widget.toml.

https://developers.kommo.com/reference/register-channel
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import resvg_py

from bundler import facts
from bundler.errors import WrongUse
from bundler.project import PROJECT_FILE, Project

Table = Mapping[str, Any]

_SERVICE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 -]*\Z")
_WEBHOOK = re.compile(r"https://([a-z0-9-]+\.)+[a-z][a-z0-9-]+(:\d+)?(/[\w.~-]+)*/:scope_id\Z", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}\Z")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_PRIVATE_CODE = re.compile(r"\w+\Z", re.ASCII)
_PUBLIC_CODE = re.compile(r"[a-z]\w{0,19}\Z", re.ASCII)
# What the backend's messengers say of themselves.
_CAN = (
    "write_first",
    "time_window_s",
    "stores_files",
    "reactions",
    "supports_quotes",
    "supports_voice",
    "max_file_mb",
)
# What must be given whatever the channel is like.
_REQUIRED = (
    "service_name",
    "webhook_url",
    "account_id",
    "write_first",
    "email",
    "icon",
    "integration_id",
    "widget_code",
    "is_public",
    "stores_files",
    "reactions",
    "supports_quotes",
    "supports_voice",
    "max_file_mb",
)
_CHECKS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "service_name": (_SERVICE_NAME.match, "must have Latin letters only, and no digit first"),
    "webhook_url": (_WEBHOOK.match, "must be a public https address that ends in /:scope_id"),
    "account_id": (lambda number: number > 0, "must be the number of your account"),
    "time_window_s": (lambda seconds: seconds > 0, "must be a number of seconds"),
    "email": (_EMAIL.match, "must be an e-mail address"),
    "integration_id": (_UUID.match, "must be the integration's id from its tab Keys (a UUID)"),
    "max_file_mb": (lambda megabytes: megabytes > 0, "must be a number of megabytes"),
}


def channel_request(project: Project) -> dict[str, Any]:
    """The fifteen items by their titles, in support's order. Raises ``WrongUse`` with everything that is wrong."""
    table, path = project.channel, project.folder / PROJECT_FILE
    if not table:
        raise WrongUse(f"{path} has no table [channel]; docs/how-to/check-a-widget.md shows one")
    problems = [
        f"{path}:{project.line_of('channel', key)}: {key} {problem}" for key, problem in _problems(table, project)
    ]
    if problems:
        raise WrongUse(*problems)
    return _items(table, (project.folder / table["icon"]).read_text(encoding="utf-8"))


def with_capabilities(project: Project, said: Mapping[str, Table]) -> Project:
    """The project with what the backend says of its messengers, by their names.

    A channel can do what any of its messengers can; limits count if all have one. Which reactions there are is left to
    people. Raises ``WrongUse`` where ``widget.toml`` denies it.
    """
    told, path = _together(said), project.folder / PROJECT_FILE
    problems = [
        f"{path}:{project.line_of('channel', key)}: {key} is {project.channel[key]!r}, but the messengers say {value!r}"
        for key, value in told.items()
        if project.channel.get(key, value) != value
    ]
    if problems:
        raise WrongUse(*problems)
    return project._replace(channel={**told, **project.channel})


def _together(said: Mapping[str, Table]) -> dict[str, Any]:
    told = dict[str, Any]()
    for key in _CAN:
        values = [table[key] for table in said.values() if key in table]
        if values and all(type(value) is bool for value in values):
            told[key] = any(values)
        elif values and all(type(value) is int for value in values):
            told[key] = max(values)
        elif values and not any(values) and key == "reactions":
            told[key] = ""
    return told


def as_text(request: Mapping[str, Any]) -> str:
    """The request as support reads it."""
    lines = [f"{number}. {title}: {_said(value)}" for number, (title, value) in enumerate(request.items(), 1)]
    return "\n".join(["Please register a chat channel:", "", *lines])


def _items(table: Table, icon: str) -> dict[str, Any]:
    window = {"seconds": table.get("time_window_s"), "templates afterwards": table.get("templates_after_window")}
    purpose = {"similar": table.get("similar"), "unique": table.get("unique")}
    return {
        "Name of the service": table["service_name"],
        "Webhook URL": table["webhook_url"],
        "Kommo account ID": table["account_id"],
        "Write first": table["write_first"],
        "Time window": window if "time_window_s" in table else False,
        "E-mail": table["email"],
        "SVG icon": icon,
        "Integration ID": table["integration_id"],
        "Widget code": table["widget_code"],
        "For all users of Kommo": purpose if table["is_public"] else False,
        "Stores files": table["stores_files"],
        "Reactions": table["reactions"] or False,
        "Quotes messages": table["supports_quotes"],
        "Voice messages": table["supports_voice"],
        "Largest file, MB": table["max_file_mb"],
    }


def _problems(table: Table, project: Project) -> Iterator[tuple[str, str]]:
    """Each mistake as key and the rest of a sentence."""
    required = [*_REQUIRED]
    required += ["templates_after_window"] if "time_window_s" in table else []
    required += ["similar", "unique"] if table.get("is_public") else []
    for key in required:
        if key not in table or (table[key] == "" and key != "reactions"):
            yield key, "is missing"
    for key, (is_right, problem) in _CHECKS.items():
        if table.get(key) not in (None, "") and not is_right(table[key]):
            yield key, problem
    yield from _problems_with_code(table, project)
    if table.get("icon"):
        yield from _problems_with_icon(table["icon"], project)


def _problems_with_code(table: Table, project: Project) -> Iterator[tuple[str, str]]:
    code, own = table.get("widget_code", ""), project.widget.get("code")
    if code and table.get("is_public") and not _PUBLIC_CODE.match(code):
        yield "widget_code", "must have at most 20 Latin letters, digits and _, a small letter first"
    elif code and not _PRIVATE_CODE.match(code):
        yield "widget_code", "must have Latin letters, digits and _ only"
    if code and own and code != own:
        yield "widget_code", f"is not the code {own} of [widget]: a channel belongs to one integration"


def _problems_with_icon(name: str, project: Project) -> Iterator[tuple[str, str]]:
    path = project.folder / name
    if not path.is_file():
        yield "icon", f"names {name}, which is not there"
        return
    try:
        drawn = resvg_py.svg_to_bytes(svg_string=path.read_text(encoding="utf-8"), skip_system_fonts=True)
    except ValueError as error:
        yield "icon", f"names {name}, which is no SVG that can be drawn: {error}"
        return
    from bundler import raster  # Only here is Pillow needed.

    if raster.size_of(drawn) != facts.CHANNEL_ICON:
        yield "icon", "must be 14×14 pixels: set width and height to 14"
    elif not raster.is_round(drawn):
        yield "icon", "must be round, or fit into the circle: its corners must be clear"


def _said(value: object) -> str:
    if isinstance(value, dict):
        return "yes; " + ", ".join(f"{title}: {_said(inner)}" for title, inner in value.items())
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
