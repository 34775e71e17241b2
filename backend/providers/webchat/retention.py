"""What visitors wrote, were told and sent is forgotten after a time; what somebody has not read yet, after twice that.

Conversations in Kommo are not touched: this is about our own copy, which serves the visitor's page alone.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from backend.db import Clock, transaction, utc_now
from backend.providers.webchat import store

TYPING_LASTS = timedelta(hours=1)
_AT_ONCE = 500


class Retention:
    """``keep_days``: how long; ``drop_file`` deletes a kept file by its key, and does not mind one that is gone."""

    def __init__(
        self, engine: Engine, keep_days: int, drop_file: Callable[[str], None], clock: Clock = utc_now
    ) -> None:
        self._engine = engine
        self._kept = timedelta(days=keep_days)
        self._drop_file = drop_file
        self._clock = clock

    def tidy(self) -> None:
        """Forget what is old, some hundred rows a transaction. A file goes before the row that knows it."""
        now = self._clock()
        while self._forget_some():
            pass
        with transaction(self._engine) as conn:
            store.forget_typing(conn, now - TYPING_LASTS)
            store.forget_visitors(conn, now - self._kept)

    def _forget_some(self) -> int:
        now = self._clock()
        with self._engine.connect() as conn:
            old = store.forgettable(conn, now - self._kept, now - 2 * self._kept, _AT_ONCE)
        for event in old:
            if event.body.get(store.FILE_KEY):
                self._drop_file(str(event.body[store.FILE_KEY]))
        with transaction(self._engine) as conn:
            store.forget(conn, [event.id for event in old])
        return len(old)
