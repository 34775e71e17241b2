"""The operator's commands about integrations."""

import json
from pathlib import Path
from typing import Literal, TextIO

import click
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from backend.accounts import store
from backend.db import open_engine, transaction, utc_now
from backend.kommo.hosts import PLATFORMS
from backend.seal import Sealer
from backend.settings import Settings


class IntegrationFile(BaseModel):
    """An integration's keys, as the tab "Keys and scopes" of Kommo shows them."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    client_id: str = Field(pattern=r"^[0-9a-fA-F-]{36}$")
    client_secret: str = Field(min_length=32, max_length=200)
    redirect_uri: HttpUrl
    widget_code: str = Field(min_length=1, max_length=100)
    platform: Literal["kommo", "amocrm"] = "kommo"


@click.group()
def integration() -> None:
    """Our registrations at Kommo."""


@integration.command("add")
@click.option("--client-id", required=True)
@click.option("--client-secret-file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--redirect-uri", required=True)
@click.option("--widget-code", required=True)
@click.option("--platform", type=click.Choice(sorted(PLATFORMS)), default="kommo", show_default=True,
              help="kommo for kommo.com and amocrm.com, amocrm for amocrm.ru.")  # fmt: skip
@click.pass_obj
def add(
    settings: Settings, client_id: str, client_secret_file: Path, redirect_uri: str, widget_code: str, platform: str
) -> None:
    """Add an integration, or replace what is known of it. The secret is read from a file and never printed."""
    values = {
        "client_id": client_id,
        "client_secret": client_secret_file.read_text(encoding="utf-8").strip(),
        "redirect_uri": redirect_uri,
        "widget_code": widget_code,
        "platform": platform,
    }
    _save(settings, values)


@integration.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def import_(settings: Settings, file: TextIO) -> None:
    """Add an integration from a JSON file: client_id, client_secret, redirect_uri, widget_code, platform if amocrm."""
    try:
        values = json.load(file)
    except ValueError as error:
        raise click.UsageError(f"{file.name} is not JSON: {error}") from None
    _save(settings, values)


@integration.command("list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the integrations."""
    with open_engine(settings.database_url).connect() as conn:
        for found in store.all_integrations(conn, Sealer.from_settings(settings)):
            click.echo(f"{found.id}  {found.platform}  {found.client_id}  {found.widget_code}  {found.redirect_uri}")


def _save(settings: Settings, values: object) -> None:
    try:
        checked = IntegrationFile.model_validate(values)
    except ValidationError as error:
        wrong = "\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise click.UsageError(f"this is no integration:\n{wrong}") from None
    if settings.environment != "development" and checked.redirect_uri.scheme != "https":
        raise click.UsageError("redirect_uri must be https: Kommo does not call another one")
    # The address is compared byte for byte at Kommo: it is kept as it was written.
    given = str(values["redirect_uri"]) if isinstance(values, dict) else ""
    with transaction(open_engine(settings.database_url)) as conn:
        key = store.save_integration(
            conn, Sealer.from_settings(settings), now=utc_now(),
            **checked.model_dump(mode="json") | {"redirect_uri": given},
        )  # fmt: skip
        store.record(conn, "integration.saved", actor="operator", now=utc_now(), integration_id=key)
    click.echo(f"Integration {key} is saved: {checked.client_id}, widget {checked.widget_code}.")
