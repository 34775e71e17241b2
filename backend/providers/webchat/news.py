"""What is new for visitors, and how a stream tells it.

News are found by looking at the newest rows, so that it does not matter which process saved them.
"""

import json

from sqlalchemy import Engine

from backend.providers.webchat import store

OPENING = "retry: 1000\n\n"  # what a stream begins with
BEAT, BEAT_S = ": still here\n\n", 15.0  # what it says when there is nothing else, and how often
PAGE = 1000  # news that one look brings
# On PostgreSQL a smaller id may be committed after a greater one: so many rows are looked at again, for so many looks.
_LOOK_BACK, _LOOKS_AGAIN = 200, 40


class News:
    """Looks at the newest rows of all visitors. One thread's own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._floor: int | None = None
        self._seen: set[int] = set()
        self._still = 0  # looks since something was new

    def look(self) -> list[store.Event]:
        """What was saved since the last look, at most ``PAGE``; nothing at the first."""
        with self._engine.connect() as conn:
            newest = store.newest_event(conn)
            floor, self._floor = self._floor, newest
            self._still = self._still + 1 if newest == floor else 0
            if floor is None or self._still > _LOOKS_AGAIN:
                return []
            found = store.events_since(conn, max(0, floor - _LOOK_BACK), _LOOK_BACK + PAGE)
        news = [event for event in found if event.id not in self._seen]
        self._seen = {event.id for event in found}
        self._floor = found[-1].id if found else newest
        return news


def told(event: store.Event) -> dict[str, object]:
    """An event as the visitor's page gets it."""
    at = int(event.at.timestamp() * 1000)
    body = {name: value for name, value in event.body.items() if name != store.FILE_KEY}
    return {"seq": event.seq, "kind": event.kind, "id": event.key.partition(":")[2], "at": at, **body}


def block(event: store.Event) -> str:
    """An event as a stream tells it. https://html.spec.whatwg.org/multipage/server-sent-events.html"""
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {json.dumps(told(event), ensure_ascii=False)}\n\n"
