"""Writes COVERAGE.md: what is imitated, simplified, switchable and missing, from the tables that the code runs on.

``python -m sandbox.coverage`` prints it; a test compares it with the file.
"""

from dataclasses import fields

import click

from sandbox.control import routes as control
from sandbox.crm import routes as crm
from sandbox.faults import HOOK, REQUEST
from sandbox.page import coverage as page_tables
from sandbox.switches import Switches

GRADES = (
    "D documented by the vendor, O observed in public clients, C seen in public widgets, A assumed, N not documented."
)
AMOJO = (
    ("POST", "/{channel}/connect", "D", ""),
    ("DELETE", "/{channel}/disconnect", "D", "an account never connected gives 404"),
    ("POST", "/{scope}/chats", "D", ""),
    ("POST", "/{scope}", "D", "new_message and edit_message; media is not downloaded"),
    ("POST", "/{scope}/{message}/delivery_status", "D", ""),
    ("GET", "/{scope}/chats/{chat}/history", "D", "order is A"),
    ("POST", "/{scope}/typing", "D", ""),
    ("POST", "/{scope}/react", "D", "one emoji a person and message"),
)
OTHER = (
    ("GET, POST", "/oauth (www host)", "D", "consent page, popup and post_message, external integrations"),
    ("POST", "/oauth2/access_token", "D", "JSON and form; bodies of refusals O"),
    ("GET", "/oauth2/account/current/subdomain (api host)", "D", ""),
    ("GET", "/oauth2/account/subdomain", "D", "deprecated"),
    ("all", "file host: /v1.0/sessions, /v1.0/files, /download", "D", "no previews, no versions, one filter"),
    ("GET", "/ajax/v2/integrations/{client}/disposable_token", "O", "the page's one-time token"),
    ("GET out", "install hook, disable hook, secrets hook", "D", "3 s, never repeated; a wait of the others is A"),
    ("POST out", "chat hooks v2 and v1: message, typing, reaction", "D", "one attempt, 5 s, only 200 counts"),
    ("POST out", "CRM hooks, 36 settings", "D", "2 s; 5 min, 15 min, 15 min, 1 h; off after 100 failures in 2 h"),
    ("POST out", "stage hook, widget hook, widget request of a bot", "D", "sent on demand; spacing of retries A"),
    ("redirect", "amocrm.com hosts and former subdomains", "D", "status A"),
)
MISSING = (
    ("customers, catalogs, products, invoices, subscriptions", "no widget or channel of the kit touches them"),
    ("roles, and rights of a user one by one", "an administrator may do everything, others see and edit their own"),
    ("field groups, required fields of stages, the rarer field types", "no client that was tried needs them"),
    ("POST /oauth2/exchange_api_key", "retired way in"),
    ("button.min.js of the consent button", "link to /oauth instead"),
    ("Kommo's Chats API add-on (send_message of a talk)", "documented through third parties only"),
    ("screen pop: POST /api/v2/events", "no telephony in the kit"),
    ("Salesbot itself", "the bot does not run; its requests and continue calls do"),
)


def page() -> str:
    """Return the page."""
    parts = [
        "# What the sandbox imitates",
        "Written by `python -m sandbox.coverage` from the tables that the code runs on; a test keeps it true.",
        f"Grades of the facts: {GRADES}",
        "## Chat service (`amojo.kommo.com/v2/origin/custom`)",
        table(("Method", "Path", "Grade", "Simplified or assumed"), AMOJO),
        "## API v4",
        table(("Method", "Path", "Grade", "What it does", "Simplified"), api_rows()),
        "## OAuth, page services, hooks, redirects",
        table(("Method", "What", "Grade", "Notes"), OTHER),
        "## The host page",
        "What a widget finds in the page; whatever it asks for besides is named in a notice.",
        table(("Location", "Page", "Grade", "Notes"), page_tables.AREAS),
        table(("Members of the widget object", "Grade", "Notes"), page_tables.MEMBERS),
        table(("Members of `APP`, which is also `AMOCRM`", "Grade", "Notes"), page_tables.GLOBALS),
        table(("Modules", "Grade", "Notes"), page_tables.MODULES),
        "## Switches: what is open in the facts, or told in two ways",
        "`GET` and `PATCH /_sandbox/switches`.",
        table(("Switch", "Default", "Grade", "Meaning"), switch_rows()),
        "## Faults",
        "`POST /_sandbox/faults` with `name`, and `route`, `account`, `once`, `chance`, `seconds` as needed.",
        table(("Fault", "What happens"), [(f"`{name}`", text) for name, text in (REQUEST | HOOK).items()]),
        "## The control address",
        "A page for people at `/_sandbox/`, and JSON; `account` names another account than the first.",
        table(("Method", "Path", "What it does"), control_rows()),
        "## Missing",
        table(("What", "Why"), MISSING + page_tables.MISSING),
        "## The numbered statements",
        "Both conformance lists are tests named with their numbers: `tests/sandbox/test_chat_statements_*.py` "
        "(1 to 78; statement 2 is `test_amojo_vectors.py`) and `tests/sandbox/test_crm_statements_*.py` "
        "(1 to 72; statement 73 is `test_faults.py`).",
    ]
    return "\n\n".join(parts) + "\n"


def api_rows() -> list[tuple[str, ...]]:
    """Return a row for each route of API v4."""
    return [
        (each.method, readable(each.path), each.grade, first_line(each.answer.__doc__), each.simplified)
        for each in crm.ROUTES
    ]


def control_rows() -> list[tuple[str, ...]]:
    """Return a row for each route of the control address."""
    return [(each.method, readable(each.path), first_line(each.answer.__doc__)) for each in control.ROUTES]


def readable(path: str) -> str:
    """Return a route's path without the framework's marks."""
    kinds = path.replace("<any(leads, contacts, companies):kind>", "{leads,contacts,companies}")
    marks = {
        "<any(sip, forms):category>": "{sip,forms}",
        "<any(salesbot, marketingbot):kind>": "{salesbot,marketingbot}",
    }
    for mark, shown in marks.items():
        kinds = kinds.replace(mark, shown)
    return f"`{kinds.replace('<int:', '{').replace('<', '{').replace('>', '}')}`"


def first_line(text: str | None) -> str:
    """Return the first line of a docstring."""
    return (text or "").strip().splitlines()[0]


def switch_rows() -> list[tuple[str, ...]]:
    """Return a row for each switch."""
    return [
        (f"`{item.name}`", f"`{item.default}`", item.metadata["grade"], item.metadata["meaning"])
        for item in fields(Switches)
    ]


def table(head: tuple[str, ...], rows: object) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]  # type: ignore[misc]
    return "\n".join("| " + " | ".join(cell for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    click.echo(page(), nl=False)
