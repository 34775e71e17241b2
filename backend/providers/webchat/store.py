"""Questions and statements about service accounts, visitors and their events."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update

from backend.providers.webchat.models import accounts, events, visitors

_PAGE = 200  # events that one answer carries
FILE_KEY = "file_key"  # member of an event's body: where the visitor's file is kept; the page is not told


@dataclass(frozen=True)
class Account:
    """A messenger's service account: what the widget's form asks for. Its line is a chat page."""

    id: int
    login: str
    password_hash: str
    title: str
    line_key: str


@dataclass(frozen=True)
class Visitor:
    """Somebody who writes. ``key`` names the conversation; the token that proves it is kept as a digest only."""

    id: int
    line_key: str
    key: str
    name: str
    phone: str
    email: str
    read_seq: int


@dataclass(frozen=True)
class Event:
    """Something that the visitor's page has to show. ``seq`` counts up within the visitor."""

    id: int
    visitor_id: int
    seq: int
    kind: str
    key: str
    body: dict[str, Any]
    at: datetime


_ACCOUNT = tuple(accounts.c[name] for name in Account.__dataclass_fields__)
_VISITOR = tuple(visitors.c[name] for name in Visitor.__dataclass_fields__)
_EVENT = tuple(events.c[name] for name in Event.__dataclass_fields__)


def save_account(conn: Connection, login: str, password_hash: str, title: str, now: datetime) -> Account:
    """Add a service account, or give the one with this login a new password and title."""
    known = account(conn, login)
    if known is None:
        values = {"login": login, "line_key": secrets.token_hex(8), "created_at": now}
        conn.execute(insert(accounts).values(**values, password_hash=password_hash, title=title))
    else:
        change = update(accounts).where(accounts.c.id == known.id)
        conn.execute(change.values(password_hash=password_hash, title=title))
    saved = account(conn, login)
    if saved is None:
        raise LookupError(f"service account {login} vanished while it was saved")
    return saved


def account(conn: Connection, login: str) -> Account | None:
    """Find a service account by its login."""
    row = conn.execute(select(*_ACCOUNT).where(accounts.c.login == login)).first()
    return Account(*row) if row else None


def line(conn: Connection, line_key: str) -> Account | None:
    """Find the service account that a chat page belongs to."""
    row = conn.execute(select(*_ACCOUNT).where(accounts.c.line_key == line_key)).first()
    return Account(*row) if row else None


def all_accounts(conn: Connection) -> list[Account]:
    """List the service accounts, oldest first."""
    return [Account(*row) for row in conn.execute(select(*_ACCOUNT).order_by(accounts.c.id))]


def add_visitor(conn: Connection, line_key: str, now: datetime) -> str:
    """Let a new visitor in and give the token that proves it from now on."""
    token = secrets.token_urlsafe(24)
    values = {"line_key": line_key, "token_hash": _digest(token), "key": secrets.token_hex(10), "created_at": now}
    conn.execute(insert(visitors).values(**values))
    return token


def visitor(conn: Connection, line_key: str, token: str) -> Visitor | None:
    """Find a visitor of a line by its token."""
    query = select(*_VISITOR).where(visitors.c.token_hash == _digest(token), visitors.c.line_key == line_key)
    row = conn.execute(query).first()
    return Visitor(*row) if row else None


def visitor_by_key(conn: Connection, line_key: str, key: str) -> Visitor | None:
    """Find a visitor by the conversation's id."""
    row = conn.execute(select(*_VISITOR).where(visitors.c.key == key, visitors.c.line_key == line_key)).first()
    return Visitor(*row) if row else None


def set_visitor(conn: Connection, visitor_id: int, **values: Any) -> None:
    """Change what we know of a visitor."""
    conn.execute(update(visitors).where(visitors.c.id == visitor_id).values(**values))


def append(
    conn: Connection, visitor_id: int, kind: str, key: str, body: dict[str, Any], now: datetime
) -> tuple[int, bool]:
    """Add an event. Gives its seq and whether it is new: one with the same ``key`` is not added twice.

    The visitor's row is locked first, so that seqs are given in the order of commits.
    """
    lock = select(visitors.c.last_seq).where(visitors.c.id == visitor_id).with_for_update()
    seq = int(conn.execute(lock).scalar_one()) + 1
    known = conn.execute(select(events.c.seq).where(events.c.visitor_id == visitor_id, events.c.key == key)).scalar()
    if known is not None:
        return int(known), False
    row = {"visitor_id": visitor_id, "seq": seq, "kind": kind, "key": key, "body": body, "at": now}
    conn.execute(insert(events).values(**row))
    set_visitor(conn, visitor_id, last_seq=seq)
    return seq, True


def events_after(conn: Connection, visitor_id: int, seq: int) -> list[Event]:
    """What a page that has seen ``seq`` lacks, oldest first; a page that has seen nothing gets the newest."""
    newest = select(func.max(events.c.seq)).where(events.c.visitor_id == visitor_id)
    floor = max(seq, (conn.execute(newest).scalar() or 0) - _PAGE) if seq == 0 else seq
    query = select(*_EVENT).where(events.c.visitor_id == visitor_id, events.c.seq > floor)
    return [Event(*row) for row in conn.execute(query.order_by(events.c.seq).limit(_PAGE))]


def newest_from_manager(conn: Connection, visitor_id: int, seq: int) -> Event | None:
    """The newest message of a manager up to ``seq``: what reading up to there has reached."""
    query = select(*_EVENT).where(
        events.c.visitor_id == visitor_id, events.c.seq <= seq, events.c.kind == "message", events.c.key.like("out:%")
    )
    row = conn.execute(query.order_by(events.c.seq.desc()).limit(1)).first()
    return Event(*row) if row else None


def newest_event(conn: Connection) -> int:
    """The id of the newest event of all visitors."""
    return int(conn.execute(select(func.max(events.c.id))).scalar() or 0)


def events_since(conn: Connection, event_id: int, limit: int) -> list[Event]:
    """The first ``limit`` events of all visitors after ``event_id``, in the order of their ids."""
    query = select(*_EVENT).where(events.c.id > event_id).order_by(events.c.id).limit(limit)
    return [Event(*row) for row in conn.execute(query)]


def seqs_of_tokens(conn: Connection, pages: Sequence[tuple[str, str]]) -> list[tuple[int, int] | None]:
    """For each page (line and token) its visitor and the newest seq; None where the token is not known."""
    digests = [_digest(token) for _, token in pages]
    query = select(visitors.c.token_hash, visitors.c.line_key, visitors.c.id, visitors.c.last_seq)
    known = {
        (row[0], row[1]): (row[2], row[3]) for row in conn.execute(query.where(visitors.c.token_hash.in_(digests)))
    }
    return [known.get((digest, line_key)) for digest, (line_key, _) in zip(digests, pages, strict=True)]


def newest_seqs(conn: Connection, visitor_ids: Sequence[int]) -> dict[int, int]:
    """The newest seq of each of these visitors."""
    query = select(visitors.c.id, visitors.c.last_seq).where(visitors.c.id.in_(visitor_ids))
    return {row[0]: row[1] for row in conn.execute(query)}


def forgettable(conn: Connection, before: datetime, unread_before: datetime, limit: int) -> list[Event]:
    """Events older than ``before``; those of managers that the visitor has not read only if much older."""
    is_unread = and_(events.c.kind == "message", events.c.key.like("out:%"), events.c.seq > visitors.c.read_seq)
    query = select(*_EVENT).join_from(events, visitors, events.c.visitor_id == visitors.c.id)
    old = and_(events.c.at < before, or_(~is_unread, events.c.at < unread_before))
    return [Event(*row) for row in conn.execute(query.where(old).order_by(events.c.id).limit(limit))]


def forget(conn: Connection, event_ids: Sequence[int]) -> None:
    """Delete events."""
    conn.execute(delete(events).where(events.c.id.in_(event_ids)))


def forget_typing(conn: Connection, before: datetime) -> None:
    """Delete what told that somebody was typing."""
    conn.execute(delete(events).where(events.c.kind == "typing", events.c.at < before))


def forget_visitors(conn: Connection, before: datetime) -> None:
    """Delete visitors who came before that and of whom nothing is left."""
    has_events = exists().where(events.c.visitor_id == visitors.c.id)
    conn.execute(delete(visitors).where(visitors.c.created_at < before, ~has_events))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
