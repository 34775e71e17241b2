"""Hooks that are genuine and strange: members missing, of other types, too long, twice, out of every calendar."""

from typing import Any

import pytest

from backend.db import transaction
from backend.jobs.models import inbox
from backend.kommo.signature import _hmac
from backend.providers.base import DeliveryError, Incoming
from tests.backend.conversations.conftest import HOOKS, IDS, LINE, TAKEN_ID, Desk, second_line


@pytest.fixture
def talking(desk: Desk) -> Desk:
    assert desk.say()
    desk.work()
    desk.stub.asked.clear()
    return desk


def answer(desk: Desk, **changes: Any) -> None:
    """The manager answers in the customer's conversation; the hook is taken and done."""
    ours = {"message__conversation__client_id": desk.conversation().key}
    assert desk.hook(**{**ours, **changes}).status_code == 200
    desk.work()


STRANGE: list[dict[str, Any]] = [
    {"message__timestamp": 1770110220417, "message__msec_timestamp": None},
    {"message__msec_timestamp": 10**30},
    {"message__msec_timestamp": -(10**18)},
    {"message__msec_timestamp": "1770110220417"},
    {"message__message__id": None},
    {"message__message__id": "x" * 500},
    {"message__sender": None},
    {"message__sender__name": "n" * 400},
    {"message__sender__name": "a\0b"},
    {"message__message__text": "a\0b"},
    {"message__message__text": 5},
    {"message__receiver": [{"id": "a"}, {"id": "b"}]},
    {"message__receiver__client_id": None},
    {"message__conversation__id": "c" * 300},
    {"message__conversation__id": None},
    {"message__source": ["acme-line-1"]},
    {"message__message__markup": {"buttons": [None, [None, {"text": 5}]]}},
    {"message__message__reply_to": {"message": {"id": 5, "sender": "x"}}},
    {"message__message__forwards": {"messages": {}}},
    {"message__message__file_size": 10**30},
]


@pytest.mark.parametrize("changes", STRANGE, ids=lambda changes: str(changes)[:60])
def test_a_strange_message_reaches_the_customer_all_the_same(talking: Desk, changes: dict[str, Any]) -> None:
    answer(talking, **changes)
    assert len(talking.provider.sent) == 1
    assert {job.state for job in talking.jobs()} == {"done"}


@pytest.mark.parametrize("type", [None, "a_type_of_which_nobody_has_heard", 7, {}])
def test_a_type_that_nobody_knows_is_reported_with_its_name(talking: Desk, type: Any) -> None:
    answer(talking, message__message__type=type)
    status = talking.sent_to_amojo("delivery_status")[0]
    assert status["error"].startswith("this messenger cannot take a message of type")


def test_messages_without_an_id_are_told_apart_and_never_reported_on(talking: Desk) -> None:
    for text in ("one", "two", "two"):
        answer(talking, message__message__id=None, message__message__text=text)
    assert [message.text for message in talking.provider.sent] == ["one", "two"]
    assert talking.sent_to_amojo("delivery_status") == []


def test_a_message_that_we_imported_ourselves_is_not_relayed_even_without_its_mark(desk: Desk) -> None:
    with transaction(desk.engine) as conn:
        said = Incoming("m9", "c1", "maria", "Maria", "text", "from my phone", 0)
        desk.room.relay.wrote_elsewhere(conn, "listening", LINE, said)
    desk.work()
    answer(desk, message__message__id=TAKEN_ID)
    assert desk.provider.sent == []


def test_our_own_fault_is_told_to_the_manager_without_our_insides(talking: Desk) -> None:
    talking.provider.troubles = [ValueError("INSERT INTO secrets")] * 3
    answer(talking)
    for _ in range(3):
        talking.work()
    status = talking.sent_to_amojo("delivery_status")[0]
    assert (status["error_code"], "fault in the service" in status["error"]) == (903, True)
    assert "INSERT" in talking.messages()[-1].error


def test_typing_that_cannot_be_shown_holds_no_message_up(talking: Desk) -> None:
    talking.provider.troubles = [DeliveryError("busy", permanent=False)]
    talking.hook("v2-typing", action__typing__conversation__client_id=talking.conversation().key,
                 action__typing__expired_at=None)  # fmt: skip
    answer(talking)
    assert len(talking.provider.sent) == 1


def test_a_customer_who_wrote_before_stays_in_his_chat_when_a_manager_writes_first(desk: Desk) -> None:
    desk.say(conversation="tel-+15550100777")
    desk.work()
    desk.hook("v2-write-first")
    desk.say("m2", conversation="tel-+15550100777")
    desk.work()
    assert [message.conversation for message in desk.provider.sent] == ["tel-+15550100777"]
    payload = desk.sent_to_amojo()[-1]["payload"]
    assert ("conversation_ref_id" in payload, "ref_id" in payload["sender"]) == (False, False)


def test_a_hook_of_the_first_version_that_failed_is_kept_as_failed(talking: Desk) -> None:
    raw = HOOKS["v1-text"]["raw"].replace("acme-conv-1001", talking.conversation().key).encode()
    talking.provider.troubles = [DeliveryError("blocked", permanent=True)]
    assert talking.post(raw, _hmac(IDS["secret"], raw)).status_code == 200
    talking.work()
    assert [message.state for message in talking.messages()] == ["accepted", "failed"]


@pytest.mark.parametrize("scope_id", ["%00", "a%00b_c", "x" * 3000, "%ff", "%ED%A0%80"])
def test_an_address_that_no_database_can_look_up_is_not_found(desk: Desk, scope_id: str) -> None:
    assert desk.post(b"{}", "0" * 40, scope_id).status_code == 404


def test_a_signed_body_that_is_not_utf_8_is_refused_and_not_saved(desk: Desk) -> None:
    raw = b'{"account_id":"\xff"}'
    assert desk.post(raw, _hmac(IDS["secret"], raw)).status_code == 400
    assert desk.rows(inbox) == []


@pytest.mark.parametrize("name", [name for name in HOOKS if name.startswith("v2")])
def test_every_sample_is_taken_and_none_is_our_fault(talking: Desk, name: str) -> None:
    assert talking.hook(name).status_code == 200
    talking.work()
    assert {job.state for job in talking.jobs() if job.kind == "amojo.status"} <= {"done"}
    assert not [status for status in talking.sent_to_amojo("delivery_status") if status.get("error_code") == 903]


@pytest.mark.parametrize(("source", "line"), [("acme-line-1", LINE), ("acme-line-2", "second")])
def test_a_manager_writes_first_from_the_line_of_the_source_that_he_chose(desk: Desk, source: str, line: str) -> None:
    second_line(desk)
    desk.hook("v2-write-first", message__source={"external_id": source})
    desk.work()
    assert desk.conversation().line_key == line


@pytest.mark.parametrize("source", [None, {"external_id": "channel_kit"}, {"external_id": ""}])
def test_without_a_known_source_nobody_guesses_between_two_lines(desk: Desk, source: Any) -> None:
    second_line(desk)
    desk.hook("v2-write-first", message__source=source)
    desk.work()
    assert desk.provider.sent == []
    assert desk.sent_to_amojo("delivery_status")[0]["error_code"] == 904


REACTIONS: list[tuple[dict[str, Any], list[str | None]]] = [
    ({"message": None, "msgid": IDS["message_id"]}, ["👍"]),
    ({"message": {"id": IDS["message_id"]}, "msgid": None}, ["👍"]),
    ({"message": {"id": IDS["message_id"]}, "type": "unreact", "emoji": "👍"}, [None]),
    ({"message": {"id": IDS["message_id"]}, "emoji": None}, []),
    ({"message": {"id": "of nobody"}, "msgid": None}, []),
    ({"message": [], "msgid": []}, []),
]


@pytest.mark.parametrize(("changes", "shown"), REACTIONS, ids=lambda value: str(value)[:50])
def test_a_reaction_is_shown_if_its_message_is_named_in_any_way(
    talking: Desk, changes: dict[str, Any], shown: list[str | None]
) -> None:
    answer(talking)
    ours = {"conversation__client_id": talking.conversation().key, **changes}
    talking.hook("v2-reaction-react", **{f"action__reaction__{name}": value for name, value in ours.items()})
    talking.work()
    assert talking.provider.reactions == [("c1", "p-1", emoji) for emoji in shown]
    assert {job.state for job in talking.jobs()} == {"done"}
