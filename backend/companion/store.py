"""Questions and statements about sign-ins, devices and pushes."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from backend.accounts.store import fingerprint
from backend.companion.models import companion_devices, companion_pushes, companion_sign_ins
from backend.seal import Sealer


@dataclass(frozen=True)
class Device:
    """One app on one device, signed in as one user of one account."""

    id: int
    installation_id: int
    user_id: int
    user_name: str
    name: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Push:
    """Where a device's pushes go, and the keys that only it can read them with."""

    id: int
    device_id: int
    endpoint: str = field(repr=False)
    p256dh: str
    auth: str = field(repr=False)


_DEVICE = tuple(companion_devices.c[name] for name in Device.__dataclass_fields__)


def begin_sign_in(conn: Connection, state: str, **values: Any) -> None:
    """Remember a sign-in that was sent to the consent page."""
    conn.execute(insert(companion_sign_ins).values(state_hash=fingerprint(state), **values))


def sign_in_of_state(conn: Connection, state: str, since: datetime) -> Row[Any] | None:
    """The sign-in that waits for the consent with this state, if it was begun after ``since``."""
    mine = (companion_sign_ins.c.state_hash == fingerprint(state)) & companion_sign_ins.c.code_hash.is_(None)
    return conn.execute(select(companion_sign_ins).where(mine, companion_sign_ins.c.begun_at >= since)).first()


def is_sign_in(conn: Connection, state: str) -> bool:
    """Whether a state is a sign-in's at all, used and old ones included."""
    known = select(companion_sign_ins.c.id).where(companion_sign_ins.c.state_hash == fingerprint(state))
    return conn.execute(known).first() is not None


def consent(conn: Connection, key: int, *, code: str, installation_id: int, user_id: int, now: datetime) -> bool:
    """Note who consented and what the app may come back with. False if that was done before."""
    waiting = (companion_sign_ins.c.id == key) & companion_sign_ins.c.code_hash.is_(None)
    values = {"code_hash": fingerprint(code), "installation_id": installation_id, "user_id": user_id}
    return conn.execute(update(companion_sign_ins).where(waiting).values(consented_at=now, **values)).rowcount == 1


def spend_code(conn: Connection, code: str) -> Row[Any] | None:
    """Use the app's code up: whatever comes of it, it does not work again."""
    mine = companion_sign_ins.c.code_hash == fingerprint(code)
    return conn.execute(delete(companion_sign_ins).where(mine).returning(companion_sign_ins)).first()


def forget_sign_ins(conn: Connection, before: datetime) -> None:
    """Delete sign-ins that nobody came back for."""
    conn.execute(delete(companion_sign_ins).where(companion_sign_ins.c.begun_at < before))


def add_device(conn: Connection, token: str, now: datetime, **values: Any) -> Device:
    """Let a device in; only the hash of its token is kept."""
    row = insert(companion_devices).values(token_hash=fingerprint(token), created_at=now, seen_at=now, **values)
    return Device(*conn.execute(row.returning(*_DEVICE)).one())


def device_of_token(conn: Connection, token: str) -> Device | None:
    """The device with this token."""
    row = conn.execute(select(*_DEVICE).where(companion_devices.c.token_hash == fingerprint(token))).first()
    return Device(*row) if row else None


def devices_of_user(conn: Connection, installation_id: int, user_id: int) -> list[Device]:
    """A user's devices, oldest first."""
    mine = (companion_devices.c.installation_id == installation_id) & (companion_devices.c.user_id == user_id)
    return [Device(*row) for row in conn.execute(select(*_DEVICE).where(mine).order_by(companion_devices.c.id))]


def devices_of_account(conn: Connection, installation_id: int) -> list[Device]:
    """All devices of an account."""
    mine = companion_devices.c.installation_id == installation_id
    return [Device(*row) for row in conn.execute(select(*_DEVICE).where(mine).order_by(companion_devices.c.id))]


def saw(conn: Connection, device_id: int, now: datetime) -> None:
    """Note that a device was here."""
    conn.execute(update(companion_devices).where(companion_devices.c.id == device_id).values(seen_at=now))


def revoke(conn: Connection, device_id: int) -> None:
    """Take a device's token and pushes away."""
    conn.execute(delete(companion_pushes).where(companion_pushes.c.device_id == device_id))
    conn.execute(delete(companion_devices).where(companion_devices.c.id == device_id))


def revoke_all(conn: Connection, installation_id: int) -> None:
    """Take all tokens of an account away: it has removed the integration."""
    for device in devices_of_account(conn, installation_id):
        revoke(conn, device.id)


def keep_push(conn: Connection, sealer: Sealer, push: Push, now: datetime) -> None:
    """Remember where a device's pushes go, in place of what was known before."""
    conn.execute(delete(companion_pushes).where(companion_pushes.c.device_id == push.device_id))
    row = {"device_id": push.device_id, "endpoint": "", "p256dh": push.p256dh, "auth": "", "created_at": now}
    key = conn.execute(insert(companion_pushes).values(**row).returning(companion_pushes.c.id)).scalar_one()
    sealed = {name: sealer.seal(f"companion_pushes:{key}:{name}", getattr(push, name)) for name in ("endpoint", "auth")}
    conn.execute(update(companion_pushes).where(companion_pushes.c.id == key).values(**sealed))


def push_of_device(conn: Connection, sealer: Sealer, device_id: int) -> Push | None:
    """Where a device's pushes go."""
    row = conn.execute(select(companion_pushes).where(companion_pushes.c.device_id == device_id)).first()
    if row is None:
        return None
    opened = {
        name: sealer.open(f"companion_pushes:{row.id}:{name}", getattr(row, name)) for name in ("endpoint", "auth")
    }
    return Push(row.id, row.device_id, opened["endpoint"], row.p256dh, opened["auth"])


def forget_push(conn: Connection, device_id: int) -> None:
    """A device takes no pushes any more."""
    conn.execute(delete(companion_pushes).where(companion_pushes.c.device_id == device_id))
