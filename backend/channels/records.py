"""What a row of this room is, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime

from backend.kommo import amojo
from backend.kommo.hosts import PLATFORMS


@dataclass(frozen=True)
class Channel:
    """Our chat channel as registered on the platform of its integration.

    ``channel_id`` and ``secret`` sign for every account; ``hook_url`` is where support has registered its hooks to go,
    empty where support did not say.
    """

    id: int
    integration_id: int
    channel_id: str
    secret: str = field(repr=False)
    code: str
    name: str
    bot_id: str
    bot_client_id: str
    bot_name: str
    hook_url: str
    platform: str

    @property
    def signing(self) -> amojo.Channel:
        """What signs its calls, and where they go."""
        return amojo.Channel(self.channel_id, self.secret, PLATFORMS[self.platform].amojo_host)


@dataclass(frozen=True)
class Scope:
    """One channel in one account. ``scope_id`` is its address at amojo and the last part of the hook address."""

    id: int
    channel_id: int
    installation_id: int
    scope_id: str
    amojo_id: str
    is_connected: bool


@dataclass(frozen=True)
class Link:
    """One line of a messenger, linked to an account. ``source_external_id`` is our name of it in the Sources API."""

    id: int
    scope: Scope
    provider: str
    line_key: str
    login: str
    title: str
    visitor_url: str | None
    secret: str | None = field(repr=False)
    state: str
    source_external_id: str
    source_id: int | None
    created_at: datetime

    @property
    def shown_state(self) -> str:
        """What a person is told: a line whose account is not connected is broken, whatever it was before."""
        return self.state if self.scope.is_connected else "broken"
