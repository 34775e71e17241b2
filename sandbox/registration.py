"""The integration and the chat channel the sandbox has on its books, with fixed values that guard nothing real.

In the cloud the first comes from the account's page of integrations and the second from support by mail:
https://developers.kommo.com/reference/register-channel
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CLIENT_ID = "7c1b4a52-0d3e-4f69-8a27-51e9d0c3b6f4"
CLIENT_SECRET = "sandbox0integration0secret0of064characters0that0guards0nothing00"  # noqa: S105
WIDGET_CODE = "channel_kit"
CHANNEL_ID = "b58d2f10-6a7c-4e93-9d41-3c0f8e2a7b65"
CHANNEL_SECRET = "5a0db0c5a11dea5e55ed0ffbea7deadc0de0fee1"  # noqa: S105
BOT_ID = "e2c9a7d4-18b3-4f50-a6e1-90d7c35b2f88"
DEMO_AMOJO_ID = "4f7e9b21-3c58-4d06-b1a9-6e2d0c8f5a73"
OTHER_AMOJO_ID = "90ab3c7e-d251-4e68-8f14-27b5d9e06c1a"
BACKEND = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Integration:
    """Our registration at Kommo. ``redirect_uri`` takes codes, ``disable_url`` is called on uninstalling.

    ``has_multiple_sources`` is the flag without which installing makes a source by itself;
    ``is_external`` integrations see neither users nor sources.
    """

    client_id: str
    client_secret: str
    redirect_uri: str
    disable_url: str = ""
    widget_code: str = ""
    name: str = "Channel Kit"
    has_multiple_sources: bool = False
    is_external: bool = False
    scopes: tuple[str, ...] = ("push_notifications", "files", "crm", "files_delete", "notifications")


@dataclass(frozen=True)
class Channel:
    """A registered chat channel. ``webhook_url`` holds the marker ``:scope_id``; an empty ``allowed`` means public."""

    id: str
    secret: str
    code: str
    name: str
    webhook_url: str
    client_id: str
    widget_code: str
    bot_id: str
    bot_client_id: str = "channel-kit-bot"
    allowed: tuple[str, ...] = ()
    sends_typing: bool = True
    has_reactions: bool = True
    has_quotes: bool = True
    can_write_first: bool = True


@dataclass(frozen=True)
class Registration:
    """What one world starts with."""

    integration: Integration
    channel: Channel

    def with_backend(self, url: str) -> "Registration":
        """Return the registration with every address at ``url``."""
        base = url.rstrip("/")
        return Registration(
            replace(self.integration, redirect_uri=f"{base}/oauth/callback", disable_url=f"{base}/oauth/uninstall"),
            replace(self.channel, webhook_url=f"{base}/hooks/amojo/:scope_id"),
        )


def registration(backend: str = BACKEND) -> Registration:
    """Return the sandbox's own registration for a backend at ``backend``."""
    integration = Integration(CLIENT_ID, CLIENT_SECRET, redirect_uri="", widget_code=WIDGET_CODE)
    channel = Channel(
        id=CHANNEL_ID,
        secret=CHANNEL_SECRET,
        code="kommo.ext.31000001",
        name="ChannelKit",
        webhook_url="",
        client_id=CLIENT_ID,
        widget_code=WIDGET_CODE,
        bot_id=BOT_ID,
        allowed=(DEMO_AMOJO_ID, OTHER_AMOJO_ID),
    )
    return Registration(integration, channel).with_backend(backend)


def integration_form(integration: Integration, profile: str) -> dict[str, Any]:
    """Return what the account's page shows of an integration, as the backend imports it, and the platform it is of."""
    names = ("client_id", "client_secret", "redirect_uri", "widget_code")
    return {name: getattr(integration, name) for name in names} | {"platform": profile}


def channel_form(channel: Channel, external_ids: dict[str, int]) -> dict[str, Any]:
    """Return support's answer to a channel request. ``external_ids``: amojo id to numeric account id."""
    allowed = [{"id": amojo_id, "external_id": f"amocrm:{external_ids[amojo_id]}"} for amojo_id in channel.allowed]
    answer = {
        "id": channel.id,
        "code": channel.code,
        "secret_key": channel.secret,
        "name": channel.name,
        "webhook_url": channel.webhook_url,
        "webhook_url_v2": channel.webhook_url,
        "webhook_v2": True,
        "enabled": True,
        "test_mode": bool(channel.allowed),
        "allowed_acc_list": allowed,
        "widget_code": channel.widget_code,
        "client_uuid": channel.client_id,
        "supports_reply": channel.has_quotes,
        "write_first": channel.can_write_first,
        "bot": {"id": channel.bot_id, "client_id": channel.bot_client_id, "name": channel.name, "is_bot": True},
        "webhook_events": ["messages", "typing"] if channel.sends_typing else ["messages"],
        "saves_files": True,
        "supports_voice": True,
        "supports_delivery_notification": True,
        "reactions_all": channel.has_reactions,
        "reactions_list": "",
        "time_window": {"enabled": False},
    }
    return {"result": {"en": answer}, "error": None}


def write_forms(
    folder: Path, registered: Registration, external_ids: dict[str, int], profile: str = "kommo"
) -> list[Path]:
    """Write ``integration.json`` and ``channel.json`` into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    forms = {
        "integration.json": integration_form(registered.integration, profile),
        "channel.json": channel_form(registered.channel, external_ids),
    }
    for name, form in forms.items():
        (folder / name).write_text(json.dumps(form, indent=2) + "\n", encoding="utf-8")
    return [folder / name for name in forms]
