"""Which line belongs to which account: from a messenger's line to a scope, and back."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from backend.accounts.models import integrations
from backend.channels.models import channels, is_open, links, scopes
from backend.kommo.amojo import Channel
from backend.kommo.hosts import PLATFORMS
from backend.providers.base import Line
from backend.seal import Sealer


@dataclass(frozen=True)
class Route:
    """One linked line. ``is_open`` says that messages may flow: the link is active and its account connected."""

    link_id: int
    provider: str
    line: Line
    scope_id: str
    channel: Channel
    source_id: str
    is_open: bool
    bot_id: str = ""
    bot_client_id: str = ""
    bot_name: str = ""


@dataclass(frozen=True)
class Scope:
    """One account's connection to the channel, as hooks name it."""

    scope_id: str
    amojo_id: str
    channel: Channel
    is_connected: bool


class Routes:
    """Reads links and opens their secrets."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def of_line(self, conn: Connection, provider: str, line_key: str) -> Route | None:
        """The route of a line: the open one if there is one, else the newest."""
        query = _routes().where(links.c.provider == provider, links.c.line_key == line_key)
        rows = conn.execute(query.order_by(links.c.id.desc())).all()
        found = [self._route(row) for row in rows]
        return next((route for route in found if route.is_open), found[0] if found else None)

    def of_conversation(self, conn: Connection, scope_id: str, provider: str, line_key: str) -> Route | None:
        """The route that a conversation uses."""
        query = _routes().where(
            scopes.c.scope_id == scope_id, links.c.provider == provider, links.c.line_key == line_key
        )
        row = conn.execute(query).first()
        return self._route(row) if row else None

    def of_source(self, conn: Connection, scope_id: str, source_id: str) -> Route | None:
        """The route for a conversation that a manager begins: the line of that source, or the scope's only open one."""
        rows = conn.execute(_routes().where(scopes.c.scope_id == scope_id).order_by(links.c.id)).all()
        found = [route for route in map(self._route, rows) if route.is_open]
        named = [route for route in found if source_id and route.source_id == source_id]
        if named:
            return named[0]
        return found[0] if len(found) == 1 else None

    def scope(self, conn: Connection, scope_id: str) -> Scope | None:
        """The connection that a hook's address names."""
        row = conn.execute(_SCOPE, {"scope": scope_id}).first()
        if row is None:
            return None
        return Scope(row.scope_id, row.amojo_id, self._channel(row), row.is_connected)

    def _channel(self, row: Row[Any]) -> Channel:
        secret = self._sealer.open(f"channels:{row.channel_key}:secret", row.channel_secret)
        return Channel(row.channel_id, secret, PLATFORMS[row.platform].amojo_host)

    def _route(self, row: Row[Any]) -> Route:
        secret = self._sealer.open(f"links:{row.id}:secret", row.secret) if row.secret else None
        return Route(
            link_id=row.id,
            provider=row.provider,
            line=Line(row.line_key, row.title, secret, row.visitor_url),
            scope_id=row.scope,
            channel=self._channel(row),
            source_id=row.source_external_id,
            is_open=row.state == "active" and row.is_connected,
            bot_id=row.bot_id,
            bot_client_id=row.bot_client_id,
            bot_name=row.bot_name,
        )


_CHANNEL = (
    channels.c.id.label("channel_key"), channels.c.channel_id, channels.c.secret.label("channel_secret"),
    integrations.c.platform,
)  # fmt: skip
_SCOPE = (
    select(scopes.c.scope_id, scopes.c.amojo_id, is_open(), *_CHANNEL)
    .join_from(scopes, channels, scopes.c.channel_id == channels.c.id)
    .join(integrations, channels.c.integration_id == integrations.c.id)
    .where(scopes.c.scope_id == bindparam("scope"))
)


def _routes() -> Select[Any]:
    return (
        select(
            links.c.id, links.c.provider, links.c.line_key, links.c.title, links.c.secret, links.c.visitor_url,
            links.c.state, links.c.source_external_id, scopes.c.scope_id.label("scope"), is_open(),
            *_CHANNEL, channels.c.bot_id, channels.c.bot_client_id, channels.c.bot_name,
        )
        .join_from(links, scopes, links.c.scope_id == scopes.c.id)
        .join(channels, scopes.c.channel_id == channels.c.id)
        .join(integrations, channels.c.integration_id == integrations.c.id)
    )  # fmt: skip
