"""Everything beside plain messages: write first, quotes, reactions, typing, edits, imports, limits, old hooks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.conversations.rules import check
from backend.db import transaction, utc_now
from backend.kommo.signature import _hmac
from backend.providers.base import Capabilities, DeliveryError, Incoming, Media, Outgoing
from tests.backend.conversations.conftest import CUSTOMER_ID, HOOKS, IDS, LINE, Desk

PAIR = ("listening", LINE)


@pytest.fixture
def talking(desk: Desk) -> Desk:
    assert desk.say()
    desk.work()
    desk.stub.asked.clear()
    return desk


def ours(desk: Desk) -> str:
    return str(desk.conversation().key)


def test_a_manager_may_write_first_to_a_number(desk: Desk) -> None:
    desk.hook("v2-write-first")
    desk.work()
    assert desk.provider.sent[0].conversation == "tel-+15550100777"
    assert desk.sent_to_amojo("delivery_status")[0]["status_code"] == 1


def test_the_answer_to_write_first_ties_both_sides(desk: Desk) -> None:
    desk.hook("v2-write-first")
    desk.work()
    desk.say(conversation="tel-+15550100777", sender_id="maria")
    desk.work()
    payload = desk.sent_to_amojo()[0]["payload"]
    assert payload["conversation_ref_id"] == IDS["write_first_chat_id"]
    assert payload["sender"]["ref_id"] == "92a3b4c5-d6e7-4f89-81a2-b3c4d5e6f708"


def test_a_number_that_nobody_has_is_reported_as_such(desk: Desk) -> None:
    desk.hook("v2-write-first", message__receiver__phone="+10000000000")
    desk.work()
    status = desk.sent_to_amojo("delivery_status")[0]
    assert (status["error_code"], status["error"]) == (904, "nobody has this number")


def test_a_quote_names_the_messengers_own_message(talking: Desk) -> None:
    quoted = {"message": {"msgid": talking.messages()[0].key, "text": "hello"}}
    talking.hook("v2-reply-to", message__conversation__client_id=ours(talking), message__message__reply_to=quoted)
    talking.work()
    assert talking.provider.sent[0].reply_to == "m1"


def test_a_customers_quote_names_amojos_message(talking: Desk) -> None:
    talking.hook(message__conversation__client_id=ours(talking))
    talking.work()
    talking.say("m2", "this one", reply_to="p-1")
    talking.work()
    assert talking.sent_to_amojo()[0]["payload"]["reply_to"] == {"message": {"id": IDS["message_id"]}}


def test_a_quote_of_a_message_that_nobody_has_brings_its_words(talking: Desk) -> None:
    talking.hook("v2-reply-to", message__conversation__client_id=ours(talking))
    talking.work()
    assert talking.provider.sent[0].text == "❝ Maria Lopez\n> When will it arrive?\nYes, tomorrow."


def test_forwards_buttons_and_menus_are_written_out_where_they_cannot_be_shown(talking: Desk) -> None:
    for name in ("v2-forward", "v2-picture-with-caption-and-buttons", "v2-list-message"):
        talking.hook(name, message__conversation__client_id=ours(talking), message__message__id=name)
    talking.work()
    forward, buttons, menu = (message.text for message in talking.provider.sent)
    assert forward == "↪\n> Forwarded words"
    assert buttons == "Pick one\n• Yes\n• No\n• Open site https://acme.example/"
    assert menu.splitlines() == ["Services", "Choose a service", "Main", "• Repair: Same day", "• Delivery: Two days",
                                 "Acme"]  # fmt: skip


def test_forwards_buttons_and_menus_reach_a_messenger_that_shows_them(talking: Desk) -> None:
    talking.provider.capabilities = replace(talking.provider.capabilities, quoting=True, buttons=True)
    for name in ("v2-forward", "v2-picture-with-caption-and-buttons", "v2-list-message"):
        talking.hook(name, message__conversation__client_id=ours(talking), message__message__id=name)
    talking.work()
    forward, buttons, menu = talking.provider.sent
    assert [passage.text for passage in forward.forwards] == ["Forwarded words"]
    assert [[button.text for button in row] for row in buttons.buttons] == [["Yes", "No"], ["Open site"]]
    assert menu.menu is not None
    assert [choice.key for choice in menu.menu.choices()] == ["svc-1", "svc-2"]


def test_a_row_that_the_customer_chose_goes_back_with_its_key(talking: Desk) -> None:
    talking.say("m2", "Repair", extra={"callback_data": "svc-1"})
    talking.work()
    assert talking.sent_to_amojo()[0]["payload"]["message"] == {
        "type": "text", "text": "Repair", "callback_data": "svc-1"
    }  # fmt: skip


def test_an_empty_message_is_reported_as_failed(talking: Desk) -> None:
    talking.hook(message__conversation__client_id=ours(talking), message__message__text="")
    talking.work()
    assert talking.sent_to_amojo("delivery_status")[0]["error"] == "the message is empty"


def test_attachments_of_one_message_keep_their_group(talking: Desk) -> None:
    for name in ("v2-media-group-1-of-2", "v2-media-group-2-of-2"):
        talking.hook(name, message__conversation__client_id=ours(talking))
    talking.work()
    assert len({message.extra["media_group_id"] for message in talking.provider.sent}) == 1
    assert [message.text for message in talking.provider.sent] == ["Two photos", ""]


def test_a_managers_reaction_reaches_the_customers_message_and_can_be_taken_back(talking: Desk) -> None:
    message = {"client_id": talking.messages()[0].key}
    for name in ("v2-reaction-react", "v2-reaction-unreact"):
        talking.hook(name, action__reaction__conversation__client_id=ours(talking), action__reaction__message=message)
    talking.work()
    assert talking.provider.reactions == [("c1", "m1", "👍"), ("c1", "m1", None)]


def test_a_managers_typing_is_shown_while_it_lasts(talking: Desk) -> None:
    later = int(utc_now().timestamp()) + 5
    for expired_at in (later, later - 60):
        talking.hook("v2-typing", action__typing__conversation__client_id=ours(talking),
                     action__typing__expired_at=expired_at)  # fmt: skip
    talking.work()
    assert talking.provider.typings == ["c1"]


def test_a_customers_reaction_and_its_end_reach_kommo(talking: Desk) -> None:
    for emoji in ("❤️", None, None):
        with transaction(talking.engine) as conn:
            talking.room.relay.react(conn, PAIR, "c1", "m1", emoji)
    talking.work()
    sent = talking.sent_to_amojo("react")
    assert [(r["type"], r["emoji"]) for r in sent] == [("react", "❤️"), ("unreact", "❤️")]
    assert sent[0]["msgid"] == talking.messages()[0].key


def test_a_customers_edit_reaches_kommo_after_its_message(desk: Desk) -> None:
    desk.say()
    with transaction(desk.engine) as conn:
        edited = Incoming("m1", "c1", "maria", "Maria", "text", "corrected", 1770110160000)
        assert desk.room.relay.edit(conn, *PAIR, edited)
        assert not desk.room.relay.edit(conn, *PAIR, Incoming("zz", "c1", "maria", "Maria", "text", "x", 0))
    desk.work()
    first, second = desk.sent_to_amojo()
    assert (first["event_type"], second["event_type"]) == ("new_message", "edit_message")
    assert second["payload"]["message"]["text"] == "corrected"
    assert second["payload"]["msgid"] == first["payload"]["msgid"]


def test_a_customers_typing_is_told_once_in_five_seconds(talking: Desk) -> None:
    for _ in range(3):
        with transaction(talking.engine) as conn:
            talking.room.relay.typing(conn, *PAIR, "c1")
    talking.work()
    assert 1 <= len(talking.sent_to_amojo("typing")) <= 2
    assert talking.sent_to_amojo("typing")[0]["sender"] == {"id": CUSTOMER_ID}


def test_what_was_written_in_the_messengers_app_is_imported_silently_through_the_bot(desk: Desk) -> None:
    with transaction(desk.engine) as conn:
        desk.room.relay.wrote_elsewhere(conn, *PAIR, Incoming("m9", "c1", "maria", "Maria", "text", "from my phone", 0))
    desk.work()
    payload = desk.sent_to_amojo()[0]["payload"]
    assert (payload["silent"], payload["sender"]["ref_id"]) == (True, IDS["bot_id"])
    assert payload["receiver"] == {"id": CUSTOMER_ID, "name": "Maria"}


def test_a_message_that_failed_later_is_reported(talking: Desk) -> None:
    talking.hook(message__conversation__client_id=ours(talking))
    talking.work()
    with transaction(talking.engine) as conn:
        talking.room.relay.failed(conn, PAIR, "c1", "p-1", DeliveryError("blocked", permanent=True, code=901))
    talking.work()
    assert [s["status_code"] for s in talking.sent_to_amojo("delivery_status")] == [1, -1]


def test_a_type_that_the_messenger_cannot_take_is_reported_and_not_sent(talking: Desk) -> None:
    talking.hook("v2-voice", message__conversation__client_id=ours(talking))
    talking.work()
    assert talking.provider.sent == []
    assert "voice" in talking.sent_to_amojo("delivery_status")[0]["error"]


@pytest.mark.parametrize(("name", "text"), [("v1-text", "Legacy hook body"), ("v1-picture", "")])
def test_hooks_of_the_first_version_are_delivered_without_a_status(talking: Desk, name: str, text: str) -> None:
    raw = HOOKS[name]["raw"].replace("acme-conv-1001", ours(talking)).encode()
    assert [talking.post(raw, _hmac(IDS["secret"], raw)).status_code for _ in "12"] == [200, 200]
    talking.work()
    (message,) = talking.provider.sent
    assert (message.text, bool(message.media)) == (text, name == "v1-picture")
    assert talking.sent_to_amojo("delivery_status") == []


WINDOW = Capabilities(types=frozenset({"text", "file"}), time_window_s=86_400, max_file_bytes=1000)


def outgoing(**more: object) -> Outgoing:
    return Outgoing("1", "c", **{"type": "text", "text": "hi", **more})  # type: ignore[arg-type]


def test_after_the_time_window_only_a_template_can_be_sent() -> None:
    now = utc_now()
    check(WINDOW, outgoing(), now - timedelta(hours=23), now)
    check(WINDOW, outgoing(extra={"template": {"id": 1}}), None, now)
    for last in (None, now - timedelta(hours=25)):
        with pytest.raises(DeliveryError, match="template"):
            check(WINDOW, outgoing(), last, now)


def test_a_file_over_the_messengers_limit_is_refused_with_the_limit() -> None:
    now = utc_now()
    with pytest.raises(DeliveryError, match="takes at most"):
        check(WINDOW, outgoing(type="file", media=Media("https://x", "a", 1001)), now, now)
