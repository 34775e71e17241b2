"""From the messenger to Kommo."""

import pytest

from tests.backend.conversations.conftest import CUSTOMER_ID, IDS, SENT, TAKEN_ID, Desk, amojo
from tests.backend.stub_kommo import Answer, Asked


def test_a_customers_message_is_saved_with_its_job_and_sent(desk: Desk) -> None:
    assert desk.say(text="¡Hola!")
    assert desk.messages()[0].state == "saved"
    desk.work()
    payload = desk.sent_to_amojo()[0]["payload"]
    assert payload["message"] == {"type": "text", "text": "¡Hola!"}
    assert payload["sender"] == {"id": CUSTOMER_ID, "name": "Maria Lopez"}
    assert payload["source"] == {"external_id": "acme-line-1"}
    assert (payload["msec_timestamp"], payload["silent"]) == (1770110100250, False)
    assert (desk.messages()[0].state, desk.messages()[0].amojo_id) == ("accepted", TAKEN_ID)
    assert desk.conversation().chat_id == IDS["chat_id"]


def test_the_same_message_twice_is_sent_once(desk: Desk) -> None:
    assert desk.say()
    assert desk.say()
    desk.work()
    assert len(desk.sent_to_amojo()) == 1


def test_the_msgid_stays_the_same_over_retries_and_no_second_message_is_made(desk: Desk) -> None:
    answers = [Answer(500), Answer(0), amojo(SENT)]
    desk.stub.script = lambda asked: answers.pop(0)
    desk.say()
    for _ in range(3):
        desk.work()
    assert len({sent["payload"]["msgid"] for sent in desk.sent_to_amojo()}) == 1
    assert desk.messages()[0].state == "accepted"


class Forgetful:
    """An amojo whose answers to messages are scripted; its history shows the message when asked the n-th time."""

    def __init__(self, *answers: Answer, shows_at: int) -> None:
        self.answers = list(answers)
        self.left = shows_at
        self.msgid = ""

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.endswith("/chats"):
            return Answer(body={"id": IDS["chat_id"], "user": {}})
        if "/history" in asked.path:
            self.left -= 1
            known = {"message": {"id": TAKEN_ID, "client_id": self.msgid}}
            return Answer(body={"messages": [known]}) if self.left <= 0 else Answer(204)
        self.msgid = asked.json["payload"]["msgid"]
        return self.answers.pop(0)


LOST, REFUSED = Answer(0), Answer(400, {"error_code": 400, "error_description": "msgid exists"})


@pytest.mark.parametrize("refusal", [REFUSED, Answer(409), Answer(422, {"error_code": 453})])
def test_a_repeat_that_amojo_refuses_after_a_lost_answer_counts_as_sent(desk: Desk, refusal: Answer) -> None:
    desk.stub.script = Forgetful(LOST, refusal, shows_at=1)
    desk.say()
    desk.work()
    desk.work()
    assert (desk.messages()[0].state, desk.messages()[0].amojo_id) == ("accepted", TAKEN_ID)
    assert desk.conversation().chat_id == IDS["chat_id"]


def test_a_message_that_was_refused_after_a_pause_is_not_taken_for_sent(desk: Desk) -> None:
    refusals = [Answer(400, {"error_code": 400, "error_description": "sender: user not found"})] * 3
    desk.stub.script = Forgetful(Answer(429), *refusals, shows_at=99)
    desk.say()
    for _ in range(4):
        desk.work()
    assert (desk.messages()[0].state, "user not found" in desk.messages()[0].error) == ("failed", True)


def test_a_message_that_shows_in_the_history_a_little_later_is_waited_for(desk: Desk) -> None:
    desk.stub.script = Forgetful(LOST, REFUSED, REFUSED, shows_at=2)
    desk.say()
    for _ in range(3):
        desk.work()
    assert desk.messages()[0].state == "accepted"


def test_a_refusal_stands_where_the_history_is_refused_too(desk: Desk) -> None:
    desk.stub.script = lambda asked: Answer(400, {"error_description": "no" if "chats" in asked.path else "bad sender"})
    desk.say()
    desk.work()
    assert "bad sender" in desk.messages()[0].error


def test_a_message_that_amojo_refuses_at_once_is_kept_as_failed_with_the_reason(desk: Desk) -> None:
    desk.stub.script = lambda asked: Answer(400, {"error_code": 400, "error_description": "bad sender"})
    desk.say()
    desk.work()
    assert desk.messages()[0].state == "failed"
    assert "bad sender" in desk.messages()[0].error
    assert desk.jobs()[0].state == "buried"


def test_messages_of_one_conversation_wait_for_the_first(desk: Desk) -> None:
    refusals = [Answer(503)]

    def script(asked: Asked) -> Answer:
        return refusals.pop() if refusals else amojo(asked)

    desk.stub.script = script
    for number in range(5):
        desk.say(f"m{number}", str(number))
    desk.work()
    desk.work()
    said = [sent["payload"]["message"]["text"] for sent in desk.sent_to_amojo()]
    assert said == ["0", "0", "1", "2", "3", "4"]


def test_an_unlinked_line_takes_no_message(desk: Desk) -> None:
    desk.unlink()
    assert not desk.say()
    assert desk.messages() == desk.jobs() == []


def test_a_disconnected_account_takes_no_message(desk: Desk) -> None:
    desk.disconnect()
    assert not desk.say()


def test_a_message_whose_line_was_unlinked_meanwhile_is_kept_as_failed(desk: Desk) -> None:
    desk.say()
    desk.unlink()
    desk.work()
    assert (desk.messages()[0].state, desk.messages()[0].error) == ("failed", "the line is not linked any more")


def test_phone_and_mail_reach_the_contact(desk: Desk) -> None:
    desk.say(phone="+15550100501", email="maria@acme.example")
    desk.work()
    profile = desk.sent_to_amojo()[0]["payload"]["sender"]["profile"]
    assert profile == {"phone": "+15550100501", "email": "maria@acme.example"}
