"""What is forgotten of a visitor, when, and what is not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from backend.db import transaction, utc_now
from backend.providers.webchat import store
from backend.providers.webchat.retention import Retention

NOW = utc_now()


class Chat:
    """One visitor, whose events are as old as the test says."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dropped: list[str] = []
        self.token = self.enter(400)

    def enter(self, days_ago: int) -> str:
        with transaction(self.engine) as conn:
            return store.add_visitor(conn, "line", NOW - timedelta(days=days_ago))

    def save(self, key: str, days_ago: float, kind: str = "message", **body: str) -> int:
        at = NOW - timedelta(days=days_ago)
        with transaction(self.engine) as conn:
            return store.append(conn, 1, kind, key, {"text": key, **body}, at)[0]

    def read(self, seq: int) -> None:
        with transaction(self.engine) as conn:
            store.set_visitor(conn, 1, read_seq=seq)

    def left_after_tidying(self, now: datetime = NOW) -> list[str]:
        Retention(self.engine, 100, self.dropped.append, lambda: now).tidy()
        with self.engine.connect() as conn:
            return [event.key for event in store.events_after(conn, 1, 0)]


@pytest.fixture
def chat(engine: Engine) -> Chat:
    return Chat(engine)


def test_old_messages_are_forgotten_and_newer_ones_are_not(chat: Chat) -> None:
    chat.save("in:old", 101)
    chat.read(chat.save("out:old", 101))
    chat.save("in:new", 99)
    assert chat.left_after_tidying() == ["in:new"]


def test_what_a_visitor_has_not_read_is_kept_twice_as_long(chat: Chat) -> None:
    chat.read(chat.save("out:read", 150))
    chat.save("out:very old", 201)
    chat.save("out:unread", 150)
    assert chat.left_after_tidying() == ["out:unread"]
    assert chat.left_after_tidying(NOW + timedelta(days=51)) == []


def test_a_visitors_file_goes_with_its_message(chat: Chat) -> None:
    chat.save("in:old", 101, file_key="old-key")
    chat.save("in:new", 1, file_key="new-key")
    assert chat.left_after_tidying() == ["in:new"]
    assert chat.dropped == ["old-key"]


def test_typing_is_forgotten_soon(chat: Chat) -> None:
    chat.save("typing:1", 1, kind="typing")
    chat.save("typing:2", 0, kind="typing")
    assert chat.left_after_tidying() == ["typing:2"]


def test_numbers_go_on_after_everything_was_forgotten(chat: Chat) -> None:
    chat.save("in:old", 101)
    chat.save("in:new", 1)
    chat.left_after_tidying()
    assert chat.save("in:newest", 0) == 3


def test_a_visitor_of_whom_nothing_is_left_is_forgotten_and_others_are_not(chat: Chat) -> None:
    young = chat.enter(5)
    chat.save("in:new", 1)
    gone = chat.enter(300)
    chat.left_after_tidying()
    with chat.engine.connect() as conn:
        found = [store.visitor(conn, "line", token) is not None for token in (chat.token, young, gone)]
    assert found == [True, True, False]


def test_more_than_fits_into_one_transaction_is_forgotten_too(chat: Chat) -> None:
    old = NOW - timedelta(days=101)
    with transaction(chat.engine) as conn:
        for number in range(600):
            store.append(conn, 1, "message", f"in:{number}", {}, old)
    assert chat.left_after_tidying() == []
