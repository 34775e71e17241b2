"""``service-account``: the logins that the widget's form asks for."""

from pathlib import Path

import click

from backend.db import open_engine, transaction
from backend.providers.webchat import store
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.settings import Settings

MIN_PASSWORD = 8


@click.group("service-account")
def service_account() -> None:
    """Service accounts of the built-in website chat."""


@service_account.command("add")
@click.option("--login", required=True, help="What the widget's form asks for.")
@click.option("--title", required=True, help="Name of the line, shown to managers and visitors.")
@click.option(
    "--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the password from here."
)
@click.pass_obj
def add(settings: Settings, login: str, title: str, password_file: Path | None) -> None:
    """Add one, or change the password and title of the one with this login. Prints its chat page."""
    password = password_file.read_text(encoding="utf-8").strip() if password_file else _ask()
    if len(password) < MIN_PASSWORD:
        raise click.BadParameter(f"a password has at least {MIN_PASSWORD} characters", param_hint="--password-file")
    engine = open_engine(settings.database_url)
    line = Webchat(engine, settings.public_url, Feed(engine)).add_account(login, password, title)
    click.echo(f"Service account {login!r} is ready. Its chat page: {line.visitor_url}")


@service_account.command("list")
@click.pass_obj
def show(settings: Settings) -> None:
    """List them with their chat pages."""
    engine = open_engine(settings.database_url)
    webchat = Webchat(engine, settings.public_url, Feed(engine))
    with transaction(engine) as conn:
        for account in store.all_accounts(conn):
            click.echo(f"{account.login}\t{account.title}\t{webchat.page_url(account.line_key)}")


def _ask() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
