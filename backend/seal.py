"""Secrets at rest: Fernet with rotating keys, each ciphertext bound to the place where it is stored.

Fernet knows no associated data: a ciphertext copied from one row into another would open there. So the place (the
context) is sealed together with the secret and compared when it is opened.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, Connection, Engine, MetaData, Table, select, update

from backend.db import transaction
from backend.settings import Settings

# Lets a developer start without a key. Settings refuse to run on it outside development.
DEVELOPMENT_KEY = "a2NrLWRldmVsb3BtZW50LW9ubHktbm90LWEtc2VjcmU="


class BrokenSeal(Exception):
    """A sealed value cannot be opened: its key is gone, it was altered, or it was moved from another place."""


class Sealer:
    """Seals and opens. ``keys`` are Fernet keys, the newest first: it seals, all of them open."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Take the keys of the settings, or the development key where there is none."""
        return cls([key.get_secret_value() for key in settings.secret_keys] or [DEVELOPMENT_KEY])

    def seal(self, context: str, text: str) -> str:
        """Seal ``text`` for the place that ``context`` names, such as ``integration:7:client_secret``."""
        plain = json.dumps([context, text], ensure_ascii=False, separators=(",", ":"))
        return self._fernet.encrypt(plain.encode()).decode("ascii")

    def open(self, context: str, sealed: str) -> str:
        """Return the secret. Raises ``BrokenSeal``."""
        try:
            place, text = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError, TypeError) as error:
            raise BrokenSeal(f"the sealed value of {context} does not open: is its key in KCK_SECRET_KEYS?") from error
        if place != context:
            raise BrokenSeal(f"the sealed value of {context} belongs to another place")
        return str(text)

    def rotate(self, sealed: str) -> str:
        """Seal the same content again with the newest key, unless it is already. Raises ``BrokenSeal``."""
        with suppress(InvalidToken):
            self._newest.decrypt(sealed)
            return sealed
        try:
            return self._fernet.rotate(sealed.encode()).decode("ascii")
        except InvalidToken as error:
            raise BrokenSeal("a sealed value opens with none of KCK_SECRET_KEYS") from error


def new_key() -> str:
    """Make a key for ``KCK_SECRET_KEYS``."""
    return Fernet.generate_key().decode("ascii")


_BATCH = 200


def rotate_rows(engine: Engine, sealer: Sealer, tables: MetaData) -> int:
    """Seal every row again that is not under the newest key, and return how many were.

    Works while the service runs: a value that changed meanwhile is under the newest key already and stays. Sealed
    columns are marked in the tables with ``info={"sealed": True}``. Raises ``BrokenSeal``.
    """
    marked = [
        (table, column) for table in tables.sorted_tables for column in table.columns if column.info.get("sealed")
    ]
    return sum(_rotate_column(engine, sealer, table, column) for table, column in marked)


def _rotate_column(engine: Engine, sealer: Sealer, table: Table, column: Column[Any]) -> int:
    changed, last = 0, 0
    while True:
        with transaction(engine) as conn:
            query = select(table.c.id, column).where(table.c.id > last, column.is_not(None))
            rows = conn.execute(query.order_by(table.c.id).limit(_BATCH)).all()
            changed += sum(_rotate_value(conn, sealer, table, column, row) for row in rows)
        if not rows:
            return changed
        last = rows[-1].id


def _rotate_value(conn: Connection, sealer: Sealer, table: Table, column: Column[Any], row: Any) -> int:
    old = row[1]
    new = sealer.rotate(old) if old else old
    if new == old:
        return 0
    same = (table.c.id == row.id) & (column == old)
    return conn.execute(update(table).where(same).values({column.name: new})).rowcount
