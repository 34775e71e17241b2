"""The operator's command about the registered chat channel."""

import json
from typing import Any, TextIO

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.accounts import store as accounts
from backend.channels import store
from backend.db import open_engine, transaction, utc_now
from backend.seal import Sealer
from backend.settings import Settings


class Bot(BaseModel):
    """The channel's bot, which writes where no person does."""

    id: str = ""
    client_id: str = ""
    name: str = ""


class SupportAnswer(BaseModel):
    """What support sends when a channel is registered. https://developers.kommo.com/reference/register-channel"""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    id: str = Field(min_length=8, max_length=64)
    code: str = Field(min_length=1, max_length=100)
    secret_key: str = Field(min_length=16, max_length=200)
    name: str = Field(min_length=1, max_length=255)
    client_uuid: str | None = None
    webhook_url_v2: str | None = Field(None, max_length=500)
    bot: Bot = Bot()


@click.group()
def channel() -> None:
    """The chat channel that support has registered for us."""


@channel.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--client-id", help="Integration of the channel, if the answer does not name it.")
@click.pass_obj
def import_(settings: Settings, file: TextIO, client_id: str | None) -> None:
    """Take the channel's keys from support's answer, saved as a JSON file. The secret is never printed."""
    answer = read_answer(file.read(), file.name)
    sealer = Sealer.from_settings(settings)
    with transaction(open_engine(settings.database_url)) as conn:
        owner = client_id or answer.client_uuid
        known = accounts.all_integrations(conn, sealer)
        ours = [found for found in known if found.client_id == owner] if owner else known
        if len(ours) != 1:
            raise click.UsageError(
                f"{file.name} belongs to integration {owner or '(not named)'}, which is not known here:"
                " add it first, or name it with --client-id"
            )
        key = store.save_channel(
            conn, sealer, now=utc_now(), integration_id=ours[0].id, channel_id=answer.id, secret=answer.secret_key,
            code=answer.code, name=answer.name, bot_id=answer.bot.id, bot_client_id=answer.bot.client_id,
            bot_name=answer.bot.name, hook_url=answer.webhook_url_v2 or "",
        )  # fmt: skip
        accounts.record(conn, "channel.imported", actor="operator", now=utc_now(), channel_id=key)
    ours_at = hook_address(settings)
    if answer.webhook_url_v2 not in (None, ours_at):
        click.echo(
            f"Warning: hooks go to {answer.webhook_url_v2}, not to {ours_at}: ask support to change it.", err=True
        )
    click.echo(f"Channel {key} is saved: {answer.name} ({answer.code}), id {answer.id}.")


def hook_address(settings: Settings) -> str:
    """Return the address that support must have registered for hooks; Kommo puts the scope in."""
    return f"{settings.public_url.rstrip('/')}/hooks/amojo/:scope_id"


def read_answer(text: str, name: str) -> SupportAnswer:
    """Find the channel in support's answer: the object with the secret, however deep. Raises ``UsageError``."""
    try:
        found = _with_secret(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{name} is not JSON: {error}") from None
    if found is None:
        raise click.UsageError(f"{name} has no member secret_key: is it support's answer?")
    try:
        return SupportAnswer.model_validate(found)
    except ValidationError as error:
        wrong = "\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise click.UsageError(f"{name} is not support's answer:\n{wrong}") from None


def _with_secret(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    if "secret_key" in value:
        return value
    return next((found for inner in value.values() if (found := _with_secret(inner)) is not None), None)
