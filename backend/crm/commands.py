"""The operator's commands about CRM hooks."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from backend.crm import hooks, store
from backend.db import open_engine, transaction
from backend.jobs import store as jobs
from backend.settings import Settings


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@click.group("crm-hooks")
def crm_hooks() -> None:
    """Subscriptions to what happens in accounts."""


@crm_hooks.command("list")
@click.pass_obj
def show(settings: Settings) -> None:
    """List installations with what they are subscribed to, or why they are not."""
    with _database(settings) as engine, engine.connect() as conn:
        for key, host, subscribed, reason in store.doors(conn):
            click.echo(f"{key}\t{host}\t{len(subscribed)} events" + (f"\t{reason}" if reason else ""))


@crm_hooks.command()
@click.argument("installation", type=int)
@click.pass_obj
def subscribe(settings: Settings, installation: int) -> None:
    """Subscribe an INSTALLATION (its number in the list) to all its events again."""
    _promise(settings, installation, hooks.SUBSCRIBE)


@crm_hooks.command()
@click.argument("installation", type=int)
@click.pass_obj
def unsubscribe(settings: Settings, installation: int) -> None:
    """End the subscription of an INSTALLATION (its number in the list) and its secret address."""
    _promise(settings, installation, hooks.UNSUBSCRIBE)


def _promise(settings: Settings, installation: int, kind: str) -> None:
    """Leave the work to the running service: it has the tokens and keeps the pace."""
    with _database(settings) as engine, transaction(engine) as conn:
        if installation not in [key for key, *_ in store.doors(conn)]:
            raise click.UsageError(f"there is no installation {installation}: see `python -m backend crm-hooks list`")
        jobs.put(conn, kind=kind, lane=f"crm-door:{installation}", body={"installation_id": installation})
    click.echo("The running service will do it within a few seconds.")
