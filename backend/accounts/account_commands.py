"""The operator's commands about installations."""

from pathlib import Path

import click
from sqlalchemy import Connection, Engine, insert, select

from backend.accounts import store
from backend.accounts.budget import Budget
from backend.accounts.models import audit, installations
from backend.accounts.records import Installation, Integration
from backend.accounts.tokens import Tokens
from backend.accounts.upkeep import dies_at
from backend.db import open_engine, transaction, utc_now
from backend.kommo.account import AccountFacts, account_request, read_account
from backend.kommo.client import KommoClient
from backend.kommo.errors import KommoError
from backend.kommo.hosts import ForeignHost, account_host
from backend.kommo.oauth import expires_at
from backend.seal import Sealer
from backend.settings import Settings


@click.group()
def accounts() -> None:
    """Accounts that have installed us."""


def _kommo(settings: Settings, engine: Engine) -> KommoClient:
    return KommoClient(settings.dev_kommo_url, budget=Budget(engine))


def _found(engine: Engine, key: int) -> Installation:
    with engine.connect() as conn:
        found = store.installation(conn, key)
    if found is None:
        raise click.UsageError(f"there is no installation {key}: `accounts list` shows them")
    return found


@accounts.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """List installations: state, when the last token dies, and how much of the budget of calls is used."""
    engine = open_engine(settings.database_url)
    usage = {each.host: each for each in Budget(engine).usage()}
    with engine.connect() as conn:
        for found in store.all_installations(conn):
            end = dies_at(found.kind, found.access_expires_at, found.refresh_issued_at)
            used = usage.get(found.host)
            parts = [f"{found.id}", found.account_id, found.host, found.state]
            parts.append(f"token until {end:%Y-%m-%d}" if end else "no token")
            parts.append(f"budget {used.share:.0%}, peak {used.peak_share:.0%}" if used else "budget 0%")
            if found.uncertain_since:
                parts.append(f"UNCERTAIN since {found.uncertain_since:%Y-%m-%d %H:%M}")
            click.echo("  ".join(parts))


@accounts.command()
@click.argument("key", type=int)
@click.pass_obj
def show(settings: Settings, key: int) -> None:
    """Show one installation and its latest events. Tokens are never shown."""
    engine = open_engine(settings.database_url)
    for name, value in vars(_found(engine, key)).items():
        click.echo(f"{name:20} {value if value is not None else '-'}")
    latest = select(audit).where(audit.c.installation_id == key).order_by(audit.c.id.desc()).limit(20)
    with engine.connect() as conn:
        for row in conn.execute(latest):
            click.echo(f"{row.at:%Y-%m-%d %H:%M:%S}  {row.event:28} {row.actor}  {row.details or ''}")


@accounts.command()
@click.argument("key", type=int)
@click.pass_obj
def refresh(settings: Settings, key: int) -> None:
    """Refresh an installation's tokens now."""
    engine = open_engine(settings.database_url)
    found = _found(engine, key)
    tokens = Tokens(engine, Sealer.from_settings(settings), _kommo(settings, engine))
    try:
        tokens.refresh(key, found.version)
    except KommoError as error:
        raise click.ClickException(f"no new token: {error.reason}") from None
    click.echo(f"Installation {key} has new tokens.")


@accounts.command()
@click.argument("key", type=int)
@click.option("--undo", is_flag=True, help="Use it again.")
@click.pass_obj
def disable(settings: Settings, key: int, undo: bool) -> None:
    """Make no calls for an installation, and take none, until this is undone."""
    engine = open_engine(settings.database_url)
    found = _found(engine, key)
    allowed, state = ("disabled", "active") if undo else ("active", "disabled")
    if found.state != allowed:
        raise click.ClickException(f"installation {key} is {found.state}, not {allowed}")
    with transaction(engine) as conn:
        store.change_installation(conn, key, state=state, reason="" if undo else "disabled by the operator")
        store.record(conn, f"installation.{state}", actor="operator", now=utc_now(), installation_id=key)
    click.echo(f"Installation {key} is {state}.")


@accounts.command("add-token")
@click.option("--client-id", required=True, help="Our integration.")
@click.option("--host", required=True, help="The account, such as acme.kommo.com.")
@click.option("--token-file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def add_token(settings: Settings, client_id: str, host: str, token_file: Path) -> None:
    """Install a private integration by its long-lived token: it is tried first, and sealed."""
    engine, sealer = open_engine(settings.database_url), Sealer.from_settings(settings)
    token = token_file.read_text(encoding="utf-8").strip()
    with engine.connect() as conn:
        ours = store.integration_by_client(conn, sealer, client_id)
    if ours is None:
        raise click.UsageError(f"integration {client_id} is not known here: `integration list` shows them")
    try:
        host = account_host(host, ours.home.zones)
        account = read_account(_kommo(settings, engine).call(account_request(host, token)))
    except (ForeignHost, KommoError) as error:
        raise click.ClickException(f"{host} does not take this token: {error}") from None
    with transaction(engine) as conn:
        key = _save_long_lived(conn, sealer, ours, host, account, token)
    click.echo(f"Installation {key} is saved: account {account.account_id} at {host}.")


def _save_long_lived(
    conn: Connection, sealer: Sealer, ours: Integration, host: str, account: AccountFacts, token: str
) -> int:
    known = store.installation_of(conn, ours, account.account_id)
    fresh = insert(installations).values(
        integration_id=ours.id, platform=ours.platform, account_id=account.account_id,
        host=host, kind="", state="", installed_at=utc_now(),
    )  # fmt: skip
    key = known.id if known else int(conn.execute(fresh.returning(installations.c.id)).scalar_one())
    store.change_installation(
        conn, key, host=host, amojo_id=account.amojo_id, name=account.name[:255], kind="long_lived",
        state="active", reason="", access_token=sealer.seal(f"installations:{key}:access_token", token),
        access_expires_at=expires_at(token), refresh_token=None, refresh_issued_at=None,
        version=(known.version if known else 0) + 1, warned_days=None,
    )  # fmt: skip
    store.record(conn, "installation.token_added", actor="operator", now=utc_now(), installation_id=key)
    return key
