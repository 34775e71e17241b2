"""What the console shows, read from the rows of the other rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select

from backend.accounts.models import installations
from backend.channels.models import links, scopes
from backend.conversations.models import conversations, messages
from backend.jobs.models import DONE, outbox

BUCKETS, BUCKET_S = 36, 600  # six hours in steps of ten minutes


@dataclass(frozen=True)
class Bucket:
    """Jobs that ended within ten minutes: how many were done, how many given up, and how long they took."""

    at: datetime
    done: int
    buried: int
    median_s: float
    slow_s: float  # 95 of 100 were faster


def timeline(conn: Connection, limit: int = 40, conversation_id: int | None = None) -> list[Any]:
    """The newest messages, both ways, with where they go."""
    query = (
        select(messages, conversations.c.provider, conversations.c.contact_name, conversations.c.line_key)
        .join_from(messages, conversations, messages.c.conversation_id == conversations.c.id)
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    if conversation_id is not None:
        query = query.where(messages.c.conversation_id == conversation_id)
    return list(conn.execute(query))


def all_links(conn: Connection, now: datetime) -> list[Any]:
    """Every line with its account, when something last happened on it, and how many messages failed within a day."""
    on_line = (conversations.c.provider == links.c.provider, conversations.c.line_key == links.c.line_key)
    of_line = (
        select(func.max(messages.c.created_at))
        .join_from(messages, conversations, messages.c.conversation_id == conversations.c.id)
        .where(*on_line)
    )
    failed = of_line.with_only_columns(func.count()).where(
        messages.c.state == "failed", messages.c.created_at >= now - timedelta(days=1)
    )
    query = (
        select(links.c.id, links.c.provider, links.c.title, links.c.login, links.c.state, scopes.c.is_connected,
               installations.c.host, installations.c.state.label("account_state"),
               of_line.scalar_subquery().label("last_at"), failed.scalar_subquery().label("failed"))
        .join_from(links, scopes, links.c.scope_id == scopes.c.id)
        .join(installations, scopes.c.installation_id == installations.c.id)
        .order_by(links.c.id.desc())
    )  # fmt: skip
    return list(conn.execute(query.limit(200)))


def conversation(conn: Connection, conversation_id: int) -> Any | None:
    """One conversation."""
    return conn.execute(select(conversations).where(conversations.c.id == conversation_id)).first()


def search(conn: Connection, text: str) -> list[Any]:
    """Conversations by a part of the contact's name, or by any of their ids."""
    ids = [conversations.c.key, conversations.c.provider_key, conversations.c.chat_id]
    like = f"%{text.replace('%', '').replace('_', '')}%"
    found = or_(conversations.c.contact_name.ilike(like), *(column == text for column in ids))
    return list(conn.execute(select(conversations).where(found).order_by(conversations.c.id.desc()).limit(30)))


def buckets(conn: Connection, now: datetime) -> list[Bucket]:
    """What ended in the last hours, oldest first."""
    start = now - timedelta(seconds=BUCKETS * BUCKET_S)
    query = select(outbox.c.state, outbox.c.created_at, outbox.c.finished_at).where(outbox.c.finished_at >= start)
    ended: list[list[tuple[str, float]]] = [[] for _ in range(BUCKETS)]
    for state, created_at, finished_at in conn.execute(query.order_by(outbox.c.id.desc()).limit(50_000)):
        place = int((finished_at - start).total_seconds() // BUCKET_S)
        took_s = (finished_at - created_at).total_seconds()
        ended[min(max(place, 0), BUCKETS - 1)].append((state, took_s))
    return [_bucket(start + timedelta(seconds=n * BUCKET_S), jobs) for n, jobs in enumerate(ended)]


def _bucket(at: datetime, jobs: Sequence[tuple[str, float]]) -> Bucket:
    took = sorted(took_s for state, took_s in jobs if state == DONE)
    median_s, slow_s = (took[len(took) // 2], took[int(len(took) * 0.95)]) if took else (0.0, 0.0)
    return Bucket(at, len(took), len(jobs) - len(took), median_s, slow_s)
