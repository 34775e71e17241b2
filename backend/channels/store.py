"""Questions and statements about channels, scopes and links."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from backend.accounts.models import integrations
from backend.channels.models import channels, links, pipelines, scopes
from backend.channels.records import Channel, Link, Scope
from backend.db import insert_new
from backend.providers.base import Line
from backend.seal import Sealer

_SCOPE = tuple(scopes.c[name] for name in Scope.__dataclass_fields__)


def save_channel(conn: Connection, sealer: Sealer, *, now: datetime, **values: Any) -> int:
    """Add a channel, or give a known ``channel_id`` what support said anew."""
    secret = values.pop("secret")
    key = conn.execute(select(channels.c.id).where(channels.c.channel_id == values["channel_id"])).scalar()
    if key is None:
        row = insert(channels).values(**values, secret="", imported_at=now)
        key = conn.execute(row.returning(channels.c.id)).scalar_one()
    sealed = sealer.seal(f"channels:{key}:secret", secret)
    conn.execute(update(channels).where(channels.c.id == key).values(**values, secret=sealed, imported_at=now))
    return int(key)


def channel_of(conn: Connection, sealer: Sealer, integration_id: int) -> Channel | None:
    """Return the channel of an integration, the newest if there are several (Kommo advises one)."""
    mine = _channels().where(channels.c.integration_id == integration_id)
    return _channel(sealer, conn.execute(mine.order_by(channels.c.id.desc())).first())


def channel(conn: Connection, sealer: Sealer, key: int) -> Channel:
    """Return a channel by our id of it."""
    found = _channel(sealer, conn.execute(_channels().where(channels.c.id == key)).first())
    if found is None:
        raise LookupError(f"no channel {key}")
    return found


def _channels() -> Select[Any]:
    return select(channels, integrations.c.platform).join(integrations, channels.c.integration_id == integrations.c.id)


def _channel(sealer: Sealer, row: Row[Any] | None) -> Channel | None:
    if row is None:
        return None
    values = {name: getattr(row, name) for name in Channel.__dataclass_fields__}
    return Channel(**values | {"secret": sealer.open(f"channels:{row.id}:secret", row.secret)})


def scopes_of(conn: Connection, installation_id: int) -> list[Scope]:
    """List the scopes of an account."""
    return [Scope(*row) for row in conn.execute(select(*_SCOPE).where(scopes.c.installation_id == installation_id))]


def save_scope(
    conn: Connection, *, channel_id: int, installation_id: int, scope_id: str, amojo_id: str, now: datetime
) -> int:
    """Save a connection that amojo has just confirmed."""
    values = {"scope_id": scope_id, "amojo_id": amojo_id, "is_connected": True, "connected_at": now}
    keys = {"channel_id": channel_id, "installation_id": installation_id}
    row = insert_new(conn, scopes).on_conflict_do_update(index_elements=list(keys), set_=values)
    return int(conn.execute(row.returning(scopes.c.id), {**keys, **values}).scalar_one())


def mark_disconnected(conn: Connection, installation_id: int) -> None:
    """Note that an account's channels are off: nothing is sent or taken until they are connected again."""
    conn.execute(update(scopes).where(scopes.c.installation_id == installation_id).values(is_connected=False))


def links_of(conn: Connection, sealer: Sealer, installation_id: int) -> list[Link]:
    """List an account's lines, oldest first."""
    return _links(conn, sealer, scopes.c.installation_id == installation_id)


def links_of_line(conn: Connection, sealer: Sealer, provider: str, line_key: str) -> list[Link]:
    """List where one line of a messenger is linked: usually one place."""
    return _links(conn, sealer, (links.c.provider == provider) & (links.c.line_key == line_key))


def links_of_scope(conn: Connection, sealer: Sealer, scope_id: int) -> list[Link]:
    """List the lines of one scope, by our id of it."""
    return _links(conn, sealer, links.c.scope_id == scope_id)


def link(conn: Connection, sealer: Sealer, key: int) -> Link | None:
    """Find a line by our id of it."""
    return next(iter(_links(conn, sealer, links.c.id == key)), None)


def _links(conn: Connection, sealer: Sealer, where: ColumnElement[bool]) -> list[Link]:
    mine = [column for column in links.c if column.name != "scope_id"]
    theirs = [column.label(f"scope_{column.name}") for column in _SCOPE]
    query = select(*mine, *theirs).join(scopes, links.c.scope_id == scopes.c.id)
    rows = conn.execute(query.where(where, links.c.state != "removed").order_by(links.c.id))
    return [_link(sealer, row) for row in rows]


def _link(sealer: Sealer, row: Row[Any]) -> Link:
    scope = Scope(*(getattr(row, f"scope_{name}") for name in Scope.__dataclass_fields__))
    values = {name: getattr(row, name) for name in Link.__dataclass_fields__ if name != "scope"}
    if row.secret is not None:
        values["secret"] = sealer.open(f"links:{row.id}:secret", row.secret)
    return Link(**values, scope=scope)


def save_link(
    conn: Connection, sealer: Sealer, *, scope: int, provider: str, login: str, line: Line, now: datetime
) -> tuple[int, bool]:
    """Save a proved line. Return our id of it and whether it is new (a removed one that comes back is).

    Raises ``sqlalchemy.exc.IntegrityError`` if the line lives somewhere else.
    """
    mine = (links.c.scope_id == scope) & (links.c.provider == provider) & (links.c.line_key == line.key)
    values: dict[str, Any] = {
        "login": login[:255], "title": line.title[:255], "visitor_url": line.visitor_url, "state": "active",
    }  # fmt: skip
    known = conn.execute(select(links.c.id, links.c.state).where(mine).with_for_update()).first()
    if known is None:
        fresh = {"scope_id": scope, "provider": provider, "line_key": line.key, "source_external_id": str(uuid.uuid4())}
        row = insert(links).values(**fresh, **values, created_at=now)
        key = int(conn.execute(row.returning(links.c.id)).scalar_one())
    else:
        key = int(known.id)
        if known.state == "removed":
            values["created_at"] = now
    values["secret"] = sealer.seal(f"links:{key}:secret", line.secret) if line.secret is not None else None
    conn.execute(update(links).where(links.c.id == key).values(**values))
    return key, known is None or known.state == "removed"


def change_link(conn: Connection, key: int, **values: Any) -> None:
    """Write columns of one link."""
    conn.execute(update(links).where(links.c.id == key).values(**values))


def removed_sources(conn: Connection, installation_id: int) -> dict[int, str]:
    """Return the lines that were taken out and still have a source: our id and the source's ``external_id``."""
    query = select(links.c.id, links.c.source_external_id).join(scopes, links.c.scope_id == scopes.c.id)
    mine = (scopes.c.installation_id == installation_id) & (links.c.state == "removed")
    return {row.id: row.source_external_id for row in conn.execute(query.where(mine, links.c.source_id.is_not(None)))}


def sources_of(conn: Connection, installation_id: int) -> list[int]:
    """Return Kommo's ids of the sources of an account's lines, removed ones too."""
    query = select(links.c.source_id).join(scopes, links.c.scope_id == scopes.c.id)
    mine = (scopes.c.installation_id == installation_id) & links.c.source_id.is_not(None)
    return list(conn.execute(query.where(mine).order_by(links.c.id)).scalars())


def forget_sources(conn: Connection, installation_id: int) -> None:
    """Forget which sources Kommo had for an account's lines."""
    mine = links.c.scope_id.in_(select(scopes.c.id).where(scopes.c.installation_id == installation_id))
    conn.execute(update(links).where(mine).values(source_id=None))


def pipeline_of(conn: Connection, installation_id: int) -> int | None:
    """Return the pipeline where an account's new leads go, None where Kommo decides."""
    query = select(pipelines.c.pipeline_id).where(pipelines.c.installation_id == installation_id)
    return conn.execute(query).scalar()


def save_pipeline(conn: Connection, installation_id: int, pipeline_id: int) -> None:
    """Save the pipeline that a person has chosen."""
    row = insert_new(conn, pipelines).on_conflict_do_update(
        index_elements=["installation_id"], set_={"pipeline_id": pipeline_id}
    )
    conn.execute(row, {"installation_id": installation_id, "pipeline_id": pipeline_id})
