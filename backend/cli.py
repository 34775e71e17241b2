"""The operator's commands. Exit codes: 0 done, 1 failed, 2 wrong use."""

from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from backend import logs, migrations
from backend.accounts import store
from backend.accounts.account_commands import accounts
from backend.accounts.commands import integration
from backend.app import open_backend
from backend.channels.commands import channel
from backend.crm.commands import crm_hooks
from backend.db import open_engine, transaction, utc_now
from backend.jobs import commands as jobs_commands
from backend.providers import commands as capabilities
from backend.providers.registry import BrokenMessenger
from backend.providers.webchat.commands import service_account
from backend.seal import BrokenSeal, Sealer, new_key, rotate_rows
from backend.settings import PREFIX, Settings


def read_settings() -> Settings:
    """Read the settings from the environment, or leave with every mistake named and exit code 2."""
    try:
        return Settings.from_env()
    except ValidationError as error:
        lines = []
        for mistake in error.errors():
            name = PREFIX + "_".join(str(part) for part in mistake["loc"][:1]).upper() if mistake["loc"] else ""
            lines.append(f"{name}: {mistake['msg']}" if name else mistake["msg"])
        raise click.UsageError("\n".join(lines)) from None


class Commands(click.Group):
    """Commands whose usual failures are told in a sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (BrokenSeal, BrokenMessenger) as error:
            raise click.ClickException(str(error)) from error
        except SQLAlchemyError as error:
            cure = "is it reachable (KCK_DATABASE_URL), and was `python -m backend migrate` run?"
            raise click.ClickException(f"the database failed ({type(error).__name__}): {cure}") from error


@click.group(cls=Commands)
@click.pass_context
def main(context: click.Context) -> None:
    """Run the service behind the widget, and what belongs to it."""
    if context.invoked_subcommand != "keys":
        context.obj = read_settings()


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the schema that this code needs."""
    migrations.upgrade(open_engine(settings.database_url))
    click.echo("The database is up to date.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_obj
def serve(settings: Settings, host: str, port: int) -> None:
    """Serve the API, the hooks and the pages, with the workers in the same process."""
    from backend.serve import serve_forever  # the server is heavy, and only this command needs it

    serve_forever(host=host, port=port)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--visitors", default=5000, show_default=True, type=click.IntRange(1), help="Open pages at a time.")
@click.pass_obj
def streams(settings: Settings, host: str, port: int, visitors: int) -> None:
    """Keep visitors' pages connected: their event streams alone, thousands in one process."""
    from backend.providers.webchat.streams import server  # only this command needs it

    logs.configure()
    try:
        server.serve_forever(open_engine(settings.database_url), host=host, port=port, most=visitors)
    except (server.TooFewFiles, OSError) as error:
        raise click.ClickException(str(error)) from error


@main.group()
def keys() -> None:
    """Keys that seal secrets at rest."""


@keys.command("new")
def keys_new() -> None:
    """Print a new key for KCK_SECRET_KEYS."""
    click.echo(new_key())


@keys.command("rotate")
def keys_rotate() -> None:
    """Seal everything again with the first of KCK_SECRET_KEYS; the service may go on running."""
    settings = read_settings()
    engine = open_engine(settings.database_url)
    count = rotate_rows(engine, Sealer.from_settings(settings), migrations.all_tables())
    with transaction(engine) as conn:
        store.record(conn, "keys.rotated", actor="operator", now=utc_now(), count=count)
    click.echo(f"{count} values are sealed again; the keys behind the first may be removed now.")


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Check settings, database, registrations, clock, secrets and addresses; name what is wrong and the cure."""
    from backend.app import open_backend  # it opens everything that the service opens
    from backend.doctor import examine

    found = examine(open_backend(settings))
    for number, finding in enumerate(found, 1):
        click.echo(f"{number}. {finding.what}\n   cure: {finding.cure}")
    if found:
        raise SystemExit(1)
    click.echo("Everything is in order.")


main.add_command(integration)
main.add_command(accounts)
main.add_command(channel)
main.add_command(service_account)
main.add_command(crm_hooks)
main.add_command(
    capabilities.command(
        lambda settings: {name: one.provider.capabilities for name, one in open_backend(settings).messengers.items()}
    )
)
main.add_command(jobs_commands.group(lambda settings: open_backend(settings).on_bury))
