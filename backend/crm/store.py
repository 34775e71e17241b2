"""Questions and statements about doors for hooks, and about events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from backend.accounts.models import installations
from backend.accounts.store import fingerprint
from backend.crm.models import crm_doors, crm_events
from backend.jobs.models import inbox
from backend.kommo.crm_hooks import Event
from backend.seal import Sealer


@dataclass(frozen=True)
class Door:
    """Where one installation's hooks come in: ``/hooks/crm/<secret>``."""

    id: int
    installation_id: int
    secret: str = field(repr=False)
    settings: tuple[str, ...]


@dataclass(frozen=True)
class SavedEvent:
    """An event as it is kept. Ids of one installation grow in the order in which its hooks were worked on."""

    id: int
    installation_id: int
    event: Event
    told_at: datetime


def installation_of_secret(conn: Connection, secret: str) -> int | None:
    """Whose hooks come under ``secret``. Only its hash is compared, so the time taken tells nothing."""
    query = select(crm_doors.c.installation_id).where(crm_doors.c.secret_hash == fingerprint(secret))
    return conn.execute(query).scalar()


def door(conn: Connection, sealer: Sealer, installation_id: int) -> Door | None:
    """The door of an installation."""
    row = conn.execute(select(crm_doors).where(crm_doors.c.installation_id == installation_id)).first()
    if row is None:
        return None
    secret = sealer.open(f"crm_doors:{row.id}:secret", row.secret)
    return Door(row.id, row.installation_id, secret, tuple(row.settings))


def doors(conn: Connection) -> list[tuple[int, str, list[str], str]]:
    """Every installation with its host, what it is subscribed to, and why it is not."""
    columns = (installations.c.id, installations.c.host, crm_doors.c.settings, crm_doors.c.reason)
    joined = installations.join(crm_doors, isouter=True)
    query = select(*columns).select_from(joined).order_by(installations.c.id)
    return [(row.id, row.host, row.settings or [], row.reason or "") for row in conn.execute(query)]


def open_door(conn: Connection, sealer: Sealer, installation_id: int, secret: str) -> Door:
    """Make the door of an installation, or find the one that it has."""
    found = door(conn, sealer, installation_id)
    if found is not None:
        return found
    values = {"installation_id": installation_id, "secret": "", "secret_hash": fingerprint(secret), "settings": []}
    key = int(conn.execute(insert(crm_doors).values(**values).returning(crm_doors.c.id)).scalar_one())
    sealed = sealer.seal(f"crm_doors:{key}:secret", secret)
    conn.execute(update(crm_doors).where(crm_doors.c.id == key).values(secret=sealed))
    return Door(key, installation_id, secret, ())


def settle_door(conn: Connection, installation_id: int, settings: Sequence[str], reason: str, now: datetime) -> None:
    """Note what is subscribed, or why nothing is."""
    values = {"settings": list(settings), "reason": reason[:300], "subscribed_at": now if settings else None}
    conn.execute(update(crm_doors).where(crm_doors.c.installation_id == installation_id).values(**values))


def close_door(conn: Connection, installation_id: int) -> None:
    """Forget a door: hooks under its secret are no longer known."""
    conn.execute(delete(crm_doors).where(crm_doors.c.installation_id == installation_id))


def received_at(conn: Connection, dedupe_key: str) -> datetime | None:
    """When the hook with this key was kept."""
    return conn.execute(select(inbox.c.received_at).where(inbox.c.dedupe_key == dedupe_key)).scalar()


def keep_events(
    conn: Connection, installation_id: int, inbox_id: int, events: Sequence[Event], now: datetime
) -> list[SavedEvent]:
    """Keep what a hook told. The caller finishes the hook's job in the same transaction, so that it is told once."""
    rows = [
        {
            "installation_id": installation_id, "inbox_id": inbox_id, "place": place, "kind": event.kind,
            "entity_type": event.entity_type, "entity_id": event.entity_id, "fields": event.fields, "told_at": now,
        }
        for place, event in enumerate(events)
    ]  # fmt: skip
    if not rows:
        return []
    fresh = insert(crm_events).returning(crm_events.c.id, sort_by_parameter_order=True)
    keys = conn.execute(fresh, rows).scalars()
    return [SavedEvent(key, installation_id, event, now) for key, event in zip(keys, events, strict=True)]


def event(conn: Connection, key: int) -> SavedEvent | None:
    """One event."""
    row = conn.execute(select(crm_events).where(crm_events.c.id == key)).first()
    return _saved(row) if row else None


def events_after(conn: Connection, installation_id: int, key: int, limit: int) -> list[SavedEvent]:
    """The events of an installation that came after ``key``, oldest first."""
    newer = (crm_events.c.installation_id == installation_id) & (crm_events.c.id > key)
    return [_saved(row) for row in conn.execute(select(crm_events).where(newer).order_by(crm_events.c.id).limit(limit))]


def newest_event(conn: Connection, installation_id: int) -> int:
    """The id of an installation's newest event, 0 if it has none."""
    mine = crm_events.c.installation_id == installation_id
    return int(conn.execute(select(func.max(crm_events.c.id)).where(mine)).scalar() or 0)


def forget_events(conn: Connection, before: datetime) -> int:
    """Delete events told before ``before``. Gives their number."""
    return conn.execute(delete(crm_events).where(crm_events.c.told_at < before)).rowcount


def _saved(row: Any) -> SavedEvent:
    told = Event(row.kind, row.entity_type, row.entity_id, row.fields)
    return SavedEvent(row.id, row.installation_id, told, row.told_at)
