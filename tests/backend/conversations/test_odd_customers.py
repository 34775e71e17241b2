"""Customers' messages that are strange, or come when the chat is not yet tied to ours."""

from typing import Any

import pytest

from backend.db import transaction
from backend.providers.base import Incoming, Media
from tests.backend.conversations.conftest import IDS, LINE, Desk, second_line
from tests.backend.stub_kommo import Answer

PAIR = ("listening", LINE)
PICTURE = Media("https://cdn.acme.example/1.jpg", "1.jpg", 10)


def said(desk: Desk, text: str = "hello", **more: Any) -> dict[str, Any]:
    """The customer writes; gives the payload that amojo got."""
    assert desk.say(text=text, **more)
    desk.work()
    assert {job.state for job in desk.jobs()} == {"done"}
    found: dict[str, Any] = desk.sent_to_amojo()[-1]["payload"]
    return found


@pytest.mark.parametrize(("text", "shown"), [("a\0b", "ab"), ("\ud83d", "?"), ("👋\u202e", "👋\u202e")])
def test_what_no_database_keeps_is_left_out_of_the_text(desk: Desk, text: str, shown: str) -> None:
    assert said(desk, text)["message"]["text"] == shown


@pytest.mark.parametrize(("name", "shown"), [("n" * 400, "n" * 255), ("\0", "Guest"), ("", "Guest")])
def test_a_name_is_shown_as_far_as_it_fits(desk: Desk, name: str, shown: str) -> None:
    assert said(desk, sender_name=name)["sender"]["name"] == shown


@pytest.mark.parametrize("at", [1770110100, 1770110100000])
def test_a_date_in_seconds_is_understood(desk: Desk, at: int) -> None:
    assert said(desk, sent_at_ms=at)["msec_timestamp"] == 1770110100000


@pytest.mark.parametrize("at", [0, -(10**20), 10**20])
def test_a_message_without_a_date_is_of_now(desk: Desk, at: int) -> None:
    assert said(desk, sent_at_ms=at)["timestamp"] == int(desk.messages()[0].created_at.timestamp())


@pytest.mark.parametrize(
    "more",
    [
        {"type": "location"},
        {"type": "location", "extra": {"location": {"lon": "1", "lat": "2"}}},
        {"type": "contact", "extra": {"contact": {"name": "Juan"}}},
        {"type": "picture"},
        {"extra": {"post": {"id": "p"}}},
    ],
    ids=str,
)
def test_a_message_without_what_its_type_needs_is_kept_as_failed_with_the_reason(
    desk: Desk, more: dict[str, Any]
) -> None:
    desk.say(**more)
    desk.work()
    assert (desk.messages()[0].state, "needs" in desk.messages()[0].error) == ("failed", True)
    assert desk.sent_to_amojo() == []


@pytest.mark.parametrize("extra", [
    {"post": {"id": "p1", "url": "https://social.example/p1"}},
    {"shared_post": {"type": "post", "url": "https://social.example/p1"}},
])  # fmt: skip
def test_comments_and_shared_posts_reach_kommo(desk: Desk, extra: dict[str, Any]) -> None:
    assert said(desk, "Nice!", extra=extra)["message"] == {"type": "text", "text": "Nice!", **extra}


def test_the_same_id_on_two_lines_is_two_people(desk: Desk) -> None:
    second_line(desk)
    desk.say()
    with transaction(desk.engine) as conn:
        desk.room.relay.receive(conn, "listening", "second", Incoming("m1", "c1", "maria", "Boris", "text", "hi", 0))
    desk.work()
    first, second = (sent["payload"] for sent in desk.sent_to_amojo())
    assert first["sender"]["id"] != second["sender"]["id"]
    assert first["conversation_id"] != second["conversation_id"]


@pytest.mark.parametrize("id", ["s" * 200, "Мария", "a b\tc"])
def test_a_customers_id_is_short_and_plain_whatever_the_messenger_calls_him(desk: Desk, id: str) -> None:
    ours = said(desk, sender_id=id)["sender"]["id"]
    assert (len(ours) <= 64, ours.isascii(), ours.isprintable()) == (True, True, True)


def test_two_people_in_one_conversation_stay_two_people(desk: Desk) -> None:
    desk.say("m1", sender_id="maria", sender_name="Maria")
    desk.say("m2", sender_id="boris", sender_name="Boris")
    desk.work()
    senders = [sent["payload"]["sender"] for sent in desk.sent_to_amojo()]
    assert [sender["name"] for sender in senders] == ["Maria", "Boris"]
    assert senders[0]["id"] != senders[1]["id"]


def test_an_edit_before_the_import_leaves_it_an_import(desk: Desk) -> None:
    with transaction(desk.engine) as conn:
        relay, first = desk.room.relay, Incoming("m9", "c1", "maria", "Maria", "text", "from my fone", 0)
        relay.wrote_elsewhere(conn, *PAIR, first)
        relay.edit(conn, *PAIR, Incoming("m9", "c1", "maria", "Maria", "text", "from my phone\0", 0))
    desk.work()
    payload = desk.sent_to_amojo()[0]["payload"]
    assert (payload["sender"]["ref_id"], payload["message"]["text"]) == (IDS["bot_id"], "from my phone")


def test_an_edit_keeps_the_quote_and_the_reaction(desk: Desk) -> None:
    desk.say()
    with transaction(desk.engine) as conn:
        desk.room.relay.react(conn, PAIR, "c1", "m1", "👍")
        desk.room.relay.edit(conn, *PAIR, Incoming("m1", "c1", "maria", "Maria", "text", "corrected", 0))
        desk.room.relay.react(conn, PAIR, "c1", "m1", None)
    desk.work()
    assert [(sent["type"], sent["emoji"]) for sent in desk.sent_to_amojo("react")] == [
        ("react", "👍"),
        ("unreact", "👍"),
    ]


def test_a_quote_of_a_message_that_amojo_refused_brings_its_words(desk: Desk) -> None:
    script = desk.stub.script
    desk.stub.script = lambda asked: Answer(400)
    desk.say("m1", "first")
    desk.work()
    desk.stub.script = script
    desk.say("m2", "second", reply_to="m1")
    desk.work()
    quoted = desk.sent_to_amojo()[-1]["payload"]["reply_to"]["message"]
    assert (quoted["text"], quoted["sender"], "msgid" in quoted) == ("first", {"name": "Maria Lopez"}, False)


def test_a_reaction_to_a_manager_who_wrote_first_names_chat_and_customer_by_amojos_ids(desk: Desk) -> None:
    desk.hook("v2-write-first")
    desk.work()
    with transaction(desk.engine) as conn:
        desk.room.relay.react(conn, PAIR, "tel-+15550100777", "p-1", "👍")
        desk.room.relay.typing(conn, *PAIR, "tel-+15550100777")
    desk.work()
    (sent,) = desk.sent_to_amojo("react")
    assert (sent["conversation_ref_id"], "conversation_id" in sent) == (IDS["write_first_chat_id"], False)
    assert (sent["user"]["ref_id"], bool(sent["user"]["id"])) == ("92a3b4c5-d6e7-4f89-81a2-b3c4d5e6f708", True)
    assert desk.sent_to_amojo("typing") == []
