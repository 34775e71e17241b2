"""Questions and statements about integrations and installations."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from backend.accounts.models import audit, consents, installations, integrations, oauth_states
from backend.accounts.records import Installation, Integration
from backend.db import insert_new
from backend.logs import request_id
from backend.seal import Sealer

_INSTALLATION = tuple(installations.c[name] for name in Installation.__dataclass_fields__)


def fingerprint(secret: str) -> str:
    """Return what a secret is found by without being kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def save_integration(conn: Connection, sealer: Sealer, *, now: datetime, **values: str) -> int:
    """Add an integration, or give an existing ``client_id`` its new secret, redirect URI, widget code and platform."""
    secret = values.pop("client_secret")
    known = select(integrations.c.id).where(integrations.c.client_id == values["client_id"])
    key = conn.execute(known).scalar()
    if key is None:
        row = insert(integrations).values(**values, client_secret="", created_at=now)
        key = conn.execute(row.returning(integrations.c.id)).scalar_one()
    sealed = sealer.seal(f"integrations:{key}:client_secret", secret)
    conn.execute(update(integrations).where(integrations.c.id == key).values(**values, client_secret=sealed))
    return int(key)


def integration_by_client(conn: Connection, sealer: Sealer, client_id: str) -> Integration | None:
    """Find an integration by Kommo's id of it."""
    return _integration(sealer, conn.execute(_integrations().where(integrations.c.client_id == client_id)).first())


def integration_by_id(conn: Connection, sealer: Sealer, key: int) -> Integration | None:
    """Find an integration by our id of it."""
    return _integration(sealer, conn.execute(_integrations().where(integrations.c.id == key)).first())


def all_integrations(conn: Connection, sealer: Sealer) -> list[Integration]:
    """List the integrations, oldest first."""
    rows = conn.execute(_integrations().order_by(integrations.c.id)).all()
    return [found for row in rows if (found := _integration(sealer, row))]


def _integrations() -> Any:
    columns = ("id", "client_id", "client_secret", "redirect_uri", "widget_code", "platform")
    return select(*(integrations.c[name] for name in columns))


def _integration(sealer: Sealer, row: Row[Any] | None) -> Integration | None:
    if row is None:
        return None
    secret = sealer.open(f"integrations:{row.id}:client_secret", row.client_secret)
    return Integration(row.id, row.client_id, secret, row.redirect_uri, row.widget_code, row.platform)


def installation(conn: Connection, key: int) -> Installation | None:
    """Find an installation by our id of it."""
    row = conn.execute(select(*_INSTALLATION).where(installations.c.id == key)).first()
    return Installation(*row) if row else None


def installation_of(conn: Connection, ours: Integration, account_id: str) -> Installation | None:
    """Find the installation of one integration in one account."""
    query = select(*_INSTALLATION).where(
        installations.c.integration_id == ours.id,
        installations.c.platform == ours.platform,
        installations.c.account_id == account_id,
    )
    row = conn.execute(query).first()
    return Installation(*row) if row else None


def all_installations(conn: Connection, states: Sequence[str] = ()) -> list[Installation]:
    """List installations, oldest first; with ``states`` only those."""
    query = select(*_INSTALLATION).order_by(installations.c.id)
    if states:
        query = query.where(installations.c.state.in_(states))
    return [Installation(*row) for row in conn.execute(query)]


def change_installation(conn: Connection, key: int, **values: Any) -> None:
    """Write columns of one installation."""
    conn.execute(update(installations).where(installations.c.id == key).values(**values))


def last_token(conn: Connection, sealer: Sealer, key: int) -> str | None:
    """Return the access token that an account which removed us has left, until it is forgotten."""
    mine = select(installations.c.access_token).where(installations.c.id == key, installations.c.state == "uninstalled")
    sealed = conn.execute(mine).scalar()
    return sealer.open(f"installations:{key}:access_token", sealed) if sealed else None


def forget_last_token(conn: Connection, key: int) -> None:
    """Forget it. An account that has installed us again keeps its new one."""
    mine = (installations.c.id == key) & (installations.c.state == "uninstalled")
    conn.execute(update(installations).where(mine).values(access_token=None))


def record(
    conn: Connection, event: str, *, actor: str, now: datetime, installation_id: int | None = None, **details: Any
) -> None:
    """Write a line of the audit trail. ``details`` never hold a secret."""
    conn.execute(
        insert(audit).values(
            at=now, event=event, actor=actor, installation_id=installation_id,
            request_id=request_id.get(), details=details,
        )
    )  # fmt: skip


def keep_code(
    conn: Connection, sealer: Sealer, *, integration_id: int, host: str, code: str, from_widget: bool, now: datetime
) -> int | None:
    """Keep an authorization code, sealed. None if the same code came before."""
    row = {"integration_id": integration_id, "host": host, "from_widget": from_widget, "received_at": now}
    fresh = insert_new(conn, consents, ["code_hash"]).returning(consents.c.id)
    key = conn.execute(fresh, {**row, "code_hash": fingerprint(code), "state": "waiting"}).scalar()
    if key is None:
        return None
    sealed = sealer.seal(f"consents:{key}:code", code)
    conn.execute(update(consents).where(consents.c.id == key).values(code=sealed))
    return int(key)


def waiting_consents(conn: Connection, host: str) -> int:
    """Count the codes of one account that wait for their exchange."""
    mine = (consents.c.host == host) & (consents.c.state == "waiting")
    return conn.execute(select(func.count()).where(mine)).scalar_one()


def consent(conn: Connection, key: int) -> Row[Any] | None:
    """Find a kept code."""
    return conn.execute(select(consents).where(consents.c.id == key)).first()


def keep_tokens(conn: Connection, key: int, sealed: str) -> None:
    """Keep what a code gave; the code itself is spent."""
    conn.execute(update(consents).where(consents.c.id == key).values(tokens=sealed, code=None))


def settle_consent(conn: Connection, key: int, state: str, reason: str = "") -> None:
    """Note what became of a code and forget the code."""
    row = update(consents).where(consents.c.id == key)
    conn.execute(row.values(state=state, reason=reason[:300], code=None, tokens=None))


def keep_state(conn: Connection, state: str, integration_id: int, now: datetime) -> None:
    """Remember that a consent was begun with us."""
    row = {"state_hash": fingerprint(state), "integration_id": integration_id, "created_at": now}
    conn.execute(insert(oauth_states).values(**row))


def spend_state(conn: Connection, state: str, integration_id: int, since: datetime) -> bool:
    """Use a state up. False if it is unknown, used before, another integration's, or older than ``since``."""
    mine = oauth_states.c.state_hash == fingerprint(state)
    found = conn.execute(oauth_states.delete().where(mine).returning(oauth_states)).first()
    conn.execute(oauth_states.delete().where(oauth_states.c.created_at < since))
    return found is not None and found.integration_id == integration_id and found.created_at >= since
