"""From a kept hook to the messenger, and the status back to the manager."""

import pytest

from backend.db import transaction
from backend.providers.base import DeliveryError
from tests.backend.conversations.conftest import IDS, LINE, Desk


@pytest.fixture
def talking(desk: Desk) -> Desk:
    """A desk where the customer has written, so that the manager can answer."""
    assert desk.say()
    desk.work()
    desk.stub.asked.clear()
    return desk


def answer(desk: Desk, text: str = "Your order is ready.", message_id: str = IDS["message_id"]) -> None:
    """The manager answers in the customer's conversation."""
    key = desk.conversation().key
    changes = {
        "message__conversation__client_id": key,
        "message__message__text": text,
        "message__message__id": message_id,
    }
    assert desk.hook(**changes).status_code == 200


def test_a_managers_message_reaches_the_customer_and_is_reported_delivered(talking: Desk) -> None:
    answer(talking)
    talking.work()
    sent = talking.provider.sent[0]
    assert (sent.id, sent.conversation, sent.text) == (IDS["message_id"], "c1", "Your order is ready.")
    assert talking.sent_to_amojo("delivery_status")[0]["status_code"] == 1
    assert [(m.direction, m.state) for m in talking.messages()] == [("in", "accepted"), ("out", "sent")]


def test_messages_of_one_chat_are_delivered_in_order(talking: Desk) -> None:
    for number in range(20):
        answer(talking, str(number), f"{number:08d}-0000-4000-8000-000000000000")
    talking.work()
    assert [message.text for message in talking.provider.sent] == [str(number) for number in range(20)]


def test_a_repeated_hook_is_delivered_once(talking: Desk) -> None:
    answer(talking)
    answer(talking)
    talking.work()
    assert len(talking.provider.sent) == len(talking.sent_to_amojo("delivery_status")) == 1


def test_a_passing_failure_is_tried_again_and_not_shown(talking: Desk) -> None:
    answer(talking)
    talking.provider.troubles = [DeliveryError("busy", permanent=False)]
    talking.work()
    talking.work()
    assert len(talking.provider.sent) == 1
    assert [status["status_code"] for status in talking.sent_to_amojo("delivery_status")] == [1]


def test_the_manager_sees_why_a_message_was_not_delivered(talking: Desk) -> None:
    answer(talking)
    talking.provider.troubles = [DeliveryError("the customer blocked us", permanent=True, code=901)]
    talking.work()
    status = talking.sent_to_amojo("delivery_status")[0]
    assert (status["status_code"], status["error_code"], status["error"]) == (-1, 901, "the customer blocked us")
    assert [m.state for m in talking.messages() if m.direction == "out"] == ["failed"]


def test_a_message_that_never_gets_through_is_reported_after_the_last_try(talking: Desk) -> None:
    answer(talking)
    talking.provider.troubles = [DeliveryError("busy", permanent=False)] * 9
    for _ in range(4):
        talking.work()
    status = talking.sent_to_amojo("delivery_status")[0]
    assert (status["status_code"], status["error_code"]) == (-1, 905)
    assert "gave up after 3 tries" in status["error"]


def test_a_failure_frees_the_messages_behind_it(talking: Desk) -> None:
    answer(talking, "bad", "00000001-0000-4000-8000-000000000000")
    answer(talking, "good", "00000002-0000-4000-8000-000000000000")
    talking.provider.troubles = [DeliveryError("too long", permanent=True)]
    talking.work()
    assert [message.text for message in talking.provider.sent] == ["good"]


def test_a_message_to_an_unknown_conversation_is_reported_as_such(desk: Desk) -> None:
    desk.hook()
    desk.work()
    status = desk.sent_to_amojo("delivery_status")[0]
    assert (status["status_code"], status["error_code"]) == (-1, 904)


def test_a_message_for_a_line_that_was_unlinked_is_reported_as_switched_off(talking: Desk) -> None:
    answer(talking)
    talking.unlink()
    talking.work()
    assert talking.sent_to_amojo("delivery_status")[0]["error_code"] == 902
    assert talking.provider.sent == []


def test_an_echo_of_our_own_import_goes_nowhere(desk: Desk) -> None:
    desk.hook("v2-echo-of-own-import")
    desk.work()
    assert desk.provider.sent == []
    assert desk.stub.asked == []


def test_the_chat_is_found_by_amojos_id_where_ours_is_missing(talking: Desk) -> None:
    body = {"conversation": {"id": IDS["chat_id"]}}
    talking.hook("v2-text-minimal", message__conversation=body["conversation"])
    talking.work()
    assert len(talking.provider.sent) == 1


def test_what_the_customer_read_is_reported_once_in_order(talking: Desk) -> None:
    ids = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(3)]
    for number, message_id in enumerate(ids):
        answer(talking, str(number), message_id)
    talking.work()
    talking.stub.asked.clear()
    for _ in range(2):
        with transaction(talking.engine) as conn:
            talking.room.relay.read(conn, "listening", LINE, "c1", ids[1])
    talking.work()
    assert [(s["msgid"], s["status_code"]) for s in talking.sent_to_amojo("delivery_status")] == [
        (i, 2) for i in ids[:2]
    ]
