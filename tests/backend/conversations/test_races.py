"""What comes too early, twice, from elsewhere, or in a shape that nobody expects."""

import json
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import select

from backend.channels.models import links
from backend.conversations import store
from backend.db import transaction
from backend.providers.base import DeliveryError, Incoming, Line, Media, Outgoing
from tests.backend.conversations.conftest import IDS, LINE, Desk
from tests.backend.conversations.test_out import answer, talking

__all__ = ["talking"]

PAIR = ("listening", LINE)


def told(desk: Desk) -> list[tuple[int, int | None]]:
    """The statuses that Kommo was told, in order."""
    return [(s["status_code"], s.get("error_code")) for s in desk.sent_to_amojo("delivery_status")]


def out(desk: Desk) -> Any:
    return next(message for message in desk.messages() if message.direction == "out")


def act_while_sending(desk: Desk, act: Any) -> None:
    """Let ``act`` happen after the messenger has the message and before we have noted that."""
    send = desk.provider.send

    def sending(line: Line, message: Outgoing) -> str | None:
        found = send(line, message)
        with transaction(desk.engine) as conn:
            act(conn, message)
        return found

    desk.provider.send = sending  # type: ignore[method-assign]


def test_a_failure_that_is_told_before_the_sending_is_noted_is_what_the_manager_sees(talking: Desk) -> None:
    error = DeliveryError("the number is switched off", permanent=True, code=905)
    act_while_sending(talking, lambda conn, sent: talking.room.relay.failed(conn, PAIR, "c1", sent.id, error))
    answer(talking)
    talking.work()
    assert told(talking) == [(-1, 905)]
    assert (out(talking).state, out(talking).error) == ("failed", "the number is switched off")


def test_a_read_mark_that_comes_before_the_sending_is_noted_is_not_lost(talking: Desk) -> None:
    act_while_sending(talking, lambda conn, sent: talking.room.relay.read(conn, *PAIR, "c1", sent.id))
    answer(talking)
    talking.work()
    assert [status for status, _ in told(talking)] == [2]
    assert (out(talking).state, out(talking).provider_id) == ("read", "p-1")


def test_a_replayed_message_that_arrives_and_then_fails_after_all_is_told_each_time(talking: Desk) -> None:
    talking.provider.troubles = [DeliveryError("blocked", permanent=True, code=901)]
    answer(talking)
    talking.work()
    from backend.jobs import review

    with transaction(talking.engine) as conn:
        review.replay_all(conn, talking.runner.clock())
    talking.work()
    for _ in range(2):
        with transaction(talking.engine) as conn:
            talking.room.relay.failed(conn, PAIR, "c1", IDS["message_id"], DeliveryError("lost", permanent=True))
    talking.work()
    assert told(talking) == [(-1, 901), (1, None), (-1, 905)]


@pytest.mark.parametrize("given", ["x" * 300, "nul \x00", 5, "half \ud83d"], ids=["long", "nul", "number", "half"])
def test_an_id_that_cannot_be_kept_does_not_make_a_message_arrive_twice(talking: Desk, given: Any) -> None:
    sent: list[str] = []

    def send(line: Line, message: Outgoing) -> Any:
        sent.append(message.id)
        return given

    talking.provider.send = send  # type: ignore[method-assign]
    answer(talking)
    for _ in range(3):
        talking.work()
    assert len(sent) == 1
    assert told(talking) == [(1, None)]


@pytest.mark.parametrize("code", [0, 12, 999, -1])
def test_a_code_that_kommo_does_not_know_becomes_the_one_for_anything_else(talking: Desk, code: int) -> None:
    talking.provider.troubles = [DeliveryError("no", permanent=True, code=code)]
    answer(talking)
    talking.work()
    assert told(talking) == [(-1, 905)]


def test_an_error_of_somebodys_code_shows_the_manager_no_secret_and_no_trace(talking: Desk) -> None:
    url = "https://api.acme.example/bot123456:AAF-secret_token_of_this_bot/send?token=abc"
    talking.provider.troubles = [requests.ConnectionError(f"Max retries exceeded with url: {url}")] * 3
    answer(talking)
    for _ in range(4):
        talking.work()
    status = talking.sent_to_amojo("delivery_status")[0]
    assert (status["status_code"], status["error_code"]) == (-1, 903)
    assert "acme.example" not in status["error"]
    job = next(job for job in talking.jobs() if job.state == "buried")
    assert "ConnectionError" in job.last_error
    assert "AAF-secret" not in job.last_error


def test_an_endless_reason_reaches_the_manager_cut_to_a_length(talking: Desk) -> None:
    talking.provider.troubles = [DeliveryError("very " * 10_000 + "\x00", permanent=True)]
    answer(talking)
    talking.work()
    assert 100 < len(talking.sent_to_amojo("delivery_status")[0]["error"]) <= 500


@pytest.mark.parametrize("message_id", ["never seen", "", "0", IDS["message_id"]])
def test_a_status_for_a_message_that_is_not_the_lines_own_changes_nothing(talking: Desk, message_id: str) -> None:
    """The last one exists, but in a conversation of somebody else."""
    answer(talking)
    talking.work()
    talking.say("n1", conversation="c2", sender_id="boris")
    talking.work()
    before = told(talking)
    with transaction(talking.engine) as conn:
        for line in (PAIR, ("listening", "other-line"), ("other", LINE)):
            talking.room.relay.failed(conn, line, "c2", message_id, DeliveryError("x", permanent=True))
            talking.room.relay.read(conn, *line, "c2", message_id)
            talking.room.relay.react(conn, line, "c2", message_id, "👍")
    talking.work()
    assert told(talking) == before
    assert out(talking).state == "sent"


def test_two_lines_whose_names_run_together_keep_their_customers_apart(desk: Desk) -> None:
    with transaction(desk.engine) as conn:
        row = dict(conn.execute(select(links)).mappings().one())
        for number, key in ((2, "a"), (3, "a-b")):
            values = {"id": number, "line_key": key, "source_external_id": f"s{number}"}
            conn.execute(links.insert().values(**(row | values)))
    for line, conversation in (("a-b", "c"), ("a", "b-c")):
        with transaction(desk.engine) as conn:
            message = Incoming("m", conversation, line, f"Customer of {line}", "text", "hi", 1770110100250)
            assert desk.room.relay.receive(conn, "listening", line, message)
    desk.work()
    assert len({sent["payload"]["conversation_id"] for sent in desk.sent_to_amojo()}) == 2


def test_an_edit_keeps_who_wrote_and_how_the_message_was_reacted_to(desk: Desk) -> None:
    first_words = Incoming("m1", "c1", "maria", "Maria", "text", "first words", 1770110100250)
    with transaction(desk.engine) as conn:
        desk.room.relay.wrote_elsewhere(conn, *PAIR, first_words)
        assert desk.room.relay.edit(conn, *PAIR, replace(first_words, text="second words"))
    desk.work()
    first = desk.sent_to_amojo()[0]["payload"]
    assert first["silent"]
    assert first["sender"]["ref_id"] == IDS["bot_id"]


@pytest.mark.parametrize("text", ["nul \x00 byte", "half a pair \ud83d!"], ids=["nul", "half"])
def test_a_text_that_no_database_takes_is_received_without_what_spoils_it(desk: Desk, text: str) -> None:
    assert desk.say("m\x00", text, sender_name=text)
    desk.work()
    assert desk.messages()[0].state == "accepted"
    assert len(desk.sent_to_amojo()[0]["payload"]["message"]["text"]) in (9, 13, 14)


@pytest.mark.parametrize("at_ms", [10**30, -(10**30), 0, -1])
def test_a_moment_that_is_none_becomes_the_present_one(desk: Desk, at_ms: int) -> None:
    assert desk.say(sent_at_ms=at_ms)
    desk.work()
    assert desk.sent_to_amojo()[0]["payload"]["msec_timestamp"] > 1770000000000


def test_a_hook_whose_text_no_database_takes_is_delivered(talking: Desk) -> None:
    answer(talking, "before\x00after")
    for _ in range(3):
        talking.work()
    assert told(talking) == [(1, None)]
    assert [message.text for message in talking.provider.sent] == ["beforeafter"]


def test_a_typing_notice_that_fails_never_keeps_the_messages_behind_it(talking: Desk) -> None:
    def fail(line: Line, conversation: str) -> None:
        raise DeliveryError("busy", permanent=False, retry_after_s=3600)

    talking.provider.show_typing = fail  # type: ignore[method-assign]
    talking.hook("v2-typing", action__typing__conversation__client_id=talking.conversation().key)
    answer(talking)
    talking.work()
    assert len(talking.provider.sent) == 1


def test_the_senders_of_hooks_cannot_name_a_moment_that_stops_the_lane(talking: Desk) -> None:
    key = talking.conversation().key
    talking.hook(message__conversation__client_id=key, message__msec_timestamp=10**30, message__timestamp=10**27)
    talking.work()
    assert told(talking) == [(1, None)]
    assert json.dumps(talking.provider.sent[0].id)
    assert store.OUTGOING in {message.direction for message in talking.messages()}


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://x/files/caf%C3%A9.png?a=1", "café.png"), ("https://x/", "picture"), ("https://x", "picture")],
)
def test_a_picture_without_a_name_gets_one_because_kommo_wants_it(desk: Desk, url: str, name: str) -> None:
    desk.say(type="picture", text="", media=Media(url))
    desk.work()
    assert desk.sent_to_amojo()[0]["payload"]["message"]["file_name"] == name
