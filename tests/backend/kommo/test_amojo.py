"""Every method sends what its vector says, signed, and reads every documented answer."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.kommo import amojo
from backend.kommo.amojo import AmojoClient, Channel
from backend.kommo.client import KommoClient, KommoError
from backend.kommo.messages import Content, EditedMessage, NewMessage, Person, Reaction, quote_content, quote_id
from backend.kommo.signature import signature
from tests.backend.stub_kommo import Answer, Stub, running_stub

GOLDEN = Path(__file__).parents[2] / "golden"
FILE = json.loads((GOLDEN / "chats_requests.json").read_text())
IDS = FILE["identities"]
REQUESTS = {request["id"]: request for request in FILE["requests"]}
CHANNEL = Channel(IDS["channel_id"], IDS["secret"], "amojo.kommo.com")
SCOPE = IDS["scope_id"]
NOW = datetime(2026, 2, 3, 9, 15, tzinfo=UTC)
MARIA = Person("Maria Lopez", id="acme-user-501")
AT = datetime.fromtimestamp(1770110110, UTC)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running_stub() as stub:
        yield stub


@pytest.fixture
def client(stub: Stub) -> AmojoClient:
    kommo = KommoClient(stub.url)
    return AmojoClient(kommo, lambda: NOW)


def answers(stub: Stub, *scripted: Answer) -> None:
    left = list(scripted)
    stub.script = lambda asked: left.pop(0) if len(left) > 1 else left[0]


def answer_of(request: dict[str, Any], number: int = 0) -> Answer:
    scripted = request["responses"][number]
    return Answer(scripted["status"], scripted["body"] if scripted["body"] is not None else b"")


def message(text_id: str, content: Content, *, sender: Person = MARIA, at: datetime = AT, **more: Any) -> NewMessage:
    return NewMessage(text_id, "acme-conv-1001", at, sender, content, **more)


def media(kind: str, number: int, suffix: str, **more: Any) -> Content:
    return Content(kind, media=f"https://cdn.acme.example/m/{number}.{suffix}", **more)


MESSAGES = {
    "message-incoming-text": message(
        "acme-msg-9001", Content(text="¡Hola! Привет — 你好 👋"), sender=Person("Мария Лопес", id="acme-user-501"),
        at=datetime.fromtimestamp(1770110100.25, UTC)),
    "message-incoming-picture": message(
        "acme-msg-9100", media("picture", 1, "jpg", text="my receipt", file_name="1.jpg", file_size=20480)),
    "message-picture-media-only": message("acme-msg-9112", media("picture", 7, "jpg")),
    "message-incoming-file": message("acme-msg-9101", media("file", 2, "pdf", file_name="2.pdf", file_size=99000)),
    "message-incoming-video": message(
        "acme-msg-9102", media("video", 3, "mp4", file_name="3.mp4", file_size=3400000, duration_s=12)),
    "message-incoming-voice": message("acme-msg-9103", media("voice", 4, "ogg", duration_s=6)),
    "message-incoming-audio": message(
        "acme-msg-9104", media("audio", 5, "mp3", file_name="5.mp3", file_size=510000, duration_s=180)),
    "message-incoming-sticker": message("acme-msg-9105", media("sticker", 6, "webp", sticker_id="acme-sticker-6")),
    "message-incoming-location": message("acme-msg-9106", Content("location", location=(-70.66, -33.45))),
    "message-incoming-contact": message("acme-msg-9107", Content("contact", contact=("Juan Perez", "+15550100888"))),
    "message-incoming-list-selection": message("acme-msg-9108", Content(text="Repair",
                                                                       extra={"callback_data": "svc-1"})),
    "message-incoming-shared-post": message("acme-msg-9109", Content(text="look at this", extra={
        "shared_post": REQUESTS["message-incoming-shared-post"]["request"]["payload"]["message"]["shared_post"]})),
    "message-incoming-comment": message("acme-msg-9110", Content(text="Nice!", extra={
        "post": REQUESTS["message-incoming-comment"]["request"]["payload"]["message"]["post"]})),
    "message-outgoing-manager": message(
        "acme-msg-9201", Content(text="Sent from my phone"), silent=True,
        sender=Person("Alex Manager", id="acme-agent-7", ref_id=IDS["manager_amojo_id"]),
        receiver=Person("Maria Lopez", id="acme-user-501", phone="+15550100501")),
    "message-outgoing-bot": message(
        "acme-msg-9202", Content(text="Sent from the messenger app"), silent=True, receiver=MARIA,
        sender=Person("Acme", id="acme-bot", ref_id=IDS["bot_id"])),
    "message-outgoing-bot-ref-only": message(
        "acme-msg-9212", Content(text="Sent from the messenger app"), silent=True, receiver=MARIA,
        sender=Person("Acme", ref_id=IDS["bot_id"])),
    "message-write-first-answer": NewMessage(
        "acme-msg-9203", "acme-conv-1777", AT,
        Person("New Client", id="acme-user-777", ref_id="92a3b4c5-d6e7-4f89-81a2-b3c4d5e6f708"),
        Content(text="Hi, yes?"), conversation_ref_id=IDS["write_first_chat_id"]),
    "message-with-source": message("acme-msg-9204", Content(text="hello"), source_id="acme-line-1"),
    "message-reply-by-id": message(
        "acme-msg-9205", Content(text="About this one"), reply_to=quote_id(msgid="acme-msg-9001")),
    "message-reply-by-content": message(
        "acme-msg-9206", Content(text="About this one"), reply_to=quote_content(
            Content(text="older words"), sent_at=datetime.fromtimestamp(1770109200, UTC),
            sender=Person("Alex Manager"))),
    "message-forward": message("acme-msg-9207", Content(text="fwd"), forwards={
        "conversation_id": "acme-conv-1001", "messages": [quote_id(msgid="acme-msg-9001")]}),
    "message-import-silent": message(
        "acme-msg-9208", Content(text="old history line"), silent=True, at=datetime.fromtimestamp(1770023700, UTC)),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in REQUESTS if name.startswith("message-")])
def test_every_message_is_sent_as_its_vector_says(client: AmojoClient, stub: Stub, name: str) -> None:
    vector = REQUESTS[name]
    answers(stub, answer_of(vector))
    sent = client.send(CHANNEL, SCOPE, MESSAGES[name])
    assert stub.asked[0].json == vector["request"]
    told = vector["responses"][0]["body"]["new_message"]
    assert (sent.message_id, sent.chat_id) == (told["msgid"], told["conversation_id"])
    assert (sent.sender_id, sent.receiver_id) == (told["sender_id"], told["receiver_id"])


def test_every_call_carries_the_signature_of_what_was_sent(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["connect"]))
    assert client.connect(CHANNEL, IDS["account_id"], "Acme Messenger") == SCOPE
    asked = stub.asked[0]
    md5 = hashlib.md5(asked.body).hexdigest()
    assert (asked.method, asked.host, asked.json) == ("POST", "amojo.kommo.com", REQUESTS["connect"]["request"])
    assert asked.headers["Content-MD5"] == md5
    assert asked.headers["X-Signature"] == signature(
        CHANNEL.secret, "POST", md5, "application/json", asked.headers["Date"], asked.path
    )


def test_the_older_answer_of_connect_is_read_too(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["connect"], 1))
    assert client.connect(CHANNEL, IDS["account_id"], "Acme Messenger") == SCOPE


def test_the_older_answer_of_a_message_is_read_too(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["message-incoming-text"], 1))
    sent = client.send(CHANNEL, SCOPE, MESSAGES["message-incoming-text"])
    assert (sent.message_id, sent.chat_id) == ("708192a3-b4c5-4d67-af80-91a2b3c4d5e6", None)


def test_our_own_ids_in_an_answer_are_not_taken_for_amojos(client: AmojoClient, stub: Stub) -> None:
    answers(stub, Answer(body={"new_message": {"msgid": IDS["message_id"], "conversation_id": "acme-conv-1001"}}))
    assert client.send(CHANNEL, SCOPE, MESSAGES["message-incoming-text"]).chat_id is None


@pytest.mark.parametrize("number", [0, 1])
def test_disconnecting_is_a_delete_with_a_body(client: AmojoClient, stub: Stub, number: int) -> None:
    answers(stub, answer_of(REQUESTS["disconnect"], number))
    client.disconnect(CHANNEL, IDS["account_id"])
    asked = stub.asked[0]
    assert (asked.method, asked.json) == ("DELETE", REQUESTS["disconnect"]["request"])
    assert asked.path.endswith(f"{CHANNEL.id}/disconnect")


@pytest.mark.parametrize("number", [0, 1])
def test_creating_a_chat_reads_flat_and_nested_answers(client: AmojoClient, stub: Stub, number: int) -> None:
    answers(stub, answer_of(REQUESTS["create-chat"], number))
    maria = Person(
        "Maria Lopez", id="acme-user-501", phone="+15550100501", email="maria.lopez@acme.example",
        avatar="https://cdn.acme.example/a/501.png", profile_link="https://acme.example/u/501",
    )  # fmt: skip
    chat = client.create_chat(CHANNEL, SCOPE, "acme-conv-1001", maria, source_id="acme-line-1")
    assert stub.asked[0].json == REQUESTS["create-chat"]["request"]
    assert (chat.id, chat.user_client_id, chat.phone) == (IDS["chat_id"], "acme-user-501", "15550100501")


def test_a_chat_with_a_user_of_the_crm_has_no_id_of_ours(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["create-chat-for-crm-user"]))
    chat = client.create_chat(CHANNEL, SCOPE, "acme-conv-1002", Person("", ref_id=IDS["manager_amojo_id"]))
    assert stub.asked[0].json == REQUESTS["create-chat-for-crm-user"]["request"]
    assert (chat.user_id, chat.user_client_id, chat.phone) == (IDS["manager_amojo_id"], "", "")


@pytest.mark.parametrize("user", [None, [], "x", {"profile": []}, {"profile": {"phone": 15550100501}}])
def test_a_chat_is_known_whatever_is_told_about_its_user(client: AmojoClient, stub: Stub, user: Any) -> None:
    answers(stub, Answer(body={"id": IDS["chat_id"], "user": user}))
    assert client.create_chat(CHANNEL, SCOPE, "c", MARIA).id == IDS["chat_id"]


@pytest.mark.parametrize("answer", [Answer(200), Answer(body={}), Answer(body=b"<html>"), Answer(body=[1])])
def test_an_edit_is_done_whatever_is_answered(client: AmojoClient, stub: Stub, answer: Answer) -> None:
    answers(stub, answer)
    client.edit(CHANNEL, SCOPE, EditedMessage("c", AT, Content(text="x"), msgid="m"))


def test_an_edit_finds_its_message_by_our_id(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["edit-message"]))
    at = datetime.fromtimestamp(1770110160, UTC)
    client.edit(
        CHANNEL, SCOPE, EditedMessage("acme-conv-1001", at, Content(text="corrected text"), msgid="acme-msg-9001")
    )
    assert stub.asked[0].json == REQUESTS["edit-message"]["request"]


def test_an_edit_by_amojos_id_may_rename_the_message_and_set_its_status(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["edit-message-by-amojo-id"]))
    at = datetime.fromtimestamp(1770110161, UTC)
    content = Content(text="edited", extra={"delivery_status": {"status_code": 1}})
    edit = EditedMessage("acme-conv-1001", at, content, msgid="acme-msg-9300", amojo_id=IDS["message_id"])
    client.edit(CHANNEL, SCOPE, edit)
    assert stub.asked[0].json == REQUESTS["edit-message-by-amojo-id"]["request"]


@pytest.mark.parametrize(
    ("name", "status", "more"),
    [
        ("delivery-delivered", amojo.DELIVERED, {}),
        ("delivery-read", amojo.READ, {}),
        ("delivery-error-904", amojo.FAILED, {"code": 904, "error": "Number is not registered"}),
        ("delivery-error-905", amojo.FAILED, {"code": 905, "error": "Recipient blocked the sender"}),
    ],
)
def test_a_status_goes_out_under_both_documented_names(
    client: AmojoClient, stub: Stub, name: str, status: int, more: dict[str, Any]
) -> None:
    client.delivery_status(CHANNEL, SCOPE, IDS["message_id"], status, **more)
    both_names = {"msgid": IDS["message_id"], "delivery_status": status}
    assert stub.asked[0].json == {**REQUESTS[name]["request"], **both_names}
    assert stub.asked[0].path == f"/v2/origin/custom/{SCOPE}/{IDS['message_id']}/delivery_status"


def test_an_error_status_always_has_a_code_and_a_text(client: AmojoClient, stub: Stub) -> None:
    client.delivery_status(CHANNEL, SCOPE, IDS["message_id"], amojo.FAILED)
    assert stub.asked[0].json["error_code"] == 905
    assert stub.asked[0].json["error"]


@pytest.mark.parametrize("code", [0, 42, 900, 906, None])
def test_a_code_that_amojo_would_refuse_is_told_as_another_error(client: AmojoClient, stub: Stub, code: Any) -> None:
    client.delivery_status(CHANNEL, SCOPE, IDS["message_id"], amojo.FAILED, code=code, error="no")
    assert stub.asked[0].json["error_code"] == 905


def test_typing_is_sent_as_its_vector_says_and_lasts_5_s(client: AmojoClient, stub: Stub) -> None:
    answers(stub, Answer(204))
    client.typing(CHANNEL, SCOPE, "acme-conv-1001", "acme-user-501", 3000)
    client.typing(CHANNEL, SCOPE, "acme-conv-1001", "acme-user-501")
    assert stub.asked[0].json == REQUESTS["typing"]["request"]
    assert stub.asked[1].json["duration_ms"] == 5000


MINE: dict[str, Any] = {
    "conversation_id": "acme-conv-1001", "amojo_id": IDS["message_id"], "user_id": "acme-user-501",
}  # fmt: skip
REACTIONS = {
    "react": Reaction("❤️", **MINE),
    "unreact": Reaction("❤️", **MINE, is_removed=True),
    "react-as-manager": Reaction("👍", conversation_ref_id=IDS["chat_id"], msgid="acme-msg-9001",
                                 user_ref_id=IDS["manager_amojo_id"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REACTIONS)
def test_a_reaction_is_sent_as_its_vector_says_and_always_with_its_emoji(
    client: AmojoClient, stub: Stub, name: str
) -> None:
    client.react(CHANNEL, SCOPE, REACTIONS[name])
    assert stub.asked[0].json == {"emoji": "❤️", **REQUESTS[name]["request"]}
    assert stub.asked[0].path == f"/v2/origin/custom/{SCOPE}/react"


def record(number: int) -> dict[str, Any]:
    return {"msec_timestamp": 1770110220000 + number, "message": {"id": f"m{number}", "type": "text"}}


def test_history_is_read_page_after_page_and_its_query_is_not_signed(client: AmojoClient, stub: Stub) -> None:
    pages = [[record(i) for i in range(50)], [record(i) for i in range(50, 60)]]
    answers(stub, *(Answer(body={"messages": page}) for page in pages))
    assert [m.id for m in client.history(CHANNEL, SCOPE, IDS["chat_id"])] == [f"m{i}" for i in range(60)]
    assert [asked.path.partition("?")[2] for asked in stub.asked] == ["offset=0&limit=50", "offset=50&limit=50"]
    first = stub.asked[0]
    assert first.headers["X-Signature"] == signature(
        CHANNEL.secret, "GET", "d41d8cd98f00b204e9800998ecf8427e", "application/json", first.headers["Date"],
        first.path.partition("?")[0],
    )  # fmt: skip


def test_messages_that_come_in_while_history_is_read_make_none_appear_twice(client: AmojoClient, stub: Stub) -> None:
    pages = [[record(i) for i in range(60, 10, -1)], [record(i) for i in range(12, 0, -1)]]
    answers(stub, *(Answer(body={"messages": page}) for page in pages))
    assert [m.id for m in client.history(CHANNEL, SCOPE, IDS["chat_id"])] == [f"m{i}" for i in range(60, 0, -1)]


def test_history_ends_where_the_same_page_comes_for_ever(client: AmojoClient, stub: Stub) -> None:
    answers(stub, Answer(body={"messages": [record(i) for i in range(50)]}))
    assert len(list(client.history(CHANNEL, SCOPE, IDS["chat_id"]))) == 50


def test_a_record_of_history_tells_who_wrote_what_to_whom(client: AmojoClient, stub: Stub) -> None:
    answers(stub, answer_of(REQUESTS["history"]))
    manager, customer = client.history_page(CHANNEL, SCOPE, IDS["chat_id"])
    assert (manager.text, manager.sender.name, manager.sender.client_id) == (
        "Your order 4417 is ready.", "Alex Manager", "",
    )  # fmt: skip
    assert manager.receiver == customer.sender
    assert (customer.sender.client_id, customer.sender.phone) == ("acme-user-501", "15550100501")
    assert (customer.client_id, customer.receiver, customer.sent_at_ms) == ("acme-msg-9001", None, 1770110100000)


def test_a_record_of_history_tells_its_file_its_group_and_its_moment(client: AmojoClient, stub: Stub) -> None:
    inner = {"type": "picture", "media": "https://x/1", "thumbnail": "https://x/2", "file_name": "1.jpg",
             "file_size": 7, "media_group_id": "g", "location": {"lon": 1.0}, "contact": {"name": "n"}}  # fmt: skip
    who = {"id": "i", "avatar": "https://x/3"}
    answers(stub, Answer(body={"messages": [{"msec_timestamp": 1770110220417, "sender": who, "message": inner}]}))
    (found,) = client.history_page(CHANNEL, SCOPE, IDS["chat_id"])
    assert {name: getattr(found, name) for name in inner} == inner
    assert (found.sent_at_ms, found.sender.avatar) == (1770110220417, "https://x/3")


@pytest.mark.parametrize("body", [{}, [], {"messages": None}, {"messages": {}}, {"messages": [1, None]}])
def test_a_history_of_another_shape_is_empty(client: AmojoClient, stub: Stub, body: Any) -> None:
    answers(stub, Answer(body=body))
    assert client.history_page(CHANNEL, SCOPE, IDS["chat_id"]) == []


def test_an_empty_chat_has_no_history(client: AmojoClient, stub: Stub) -> None:
    answers(stub, Answer(204))
    assert list(client.history(CHANNEL, SCOPE, IDS["chat_id"])) == []


def test_a_wrong_signature_is_a_permanent_refusal_with_its_reason(client: AmojoClient, stub: Stub) -> None:
    answers(stub, Answer(403, json.loads((GOLDEN / "chats_errors.json").read_text())["known_bodies"][0]["body"]))
    with pytest.raises(KommoError, match="invalid signature") as caught:
        client.connect(CHANNEL, IDS["account_id"], "Acme")
    assert caught.value.permanent


PASSING = [Answer(0), *map(Answer, (408, 425, 429, 500, 502, 503)), Answer(403, b"<html>stopped</html>")]
FOR_GOOD = [*map(Answer, (400, 401, 404, 405, 422, 453)), Answer(403, {"error_code": 403}),
            Answer(301, headers={"Location": "https://amojo.kommo.com/"})]  # fmt: skip


@pytest.mark.parametrize("answer", [*PASSING, *FOR_GOOD], ids=lambda answer: f"{answer.status}-{len(answer.body)}")
def test_a_refusal_says_whether_it_can_pass(client: AmojoClient, stub: Stub, answer: Answer) -> None:
    answers(stub, answer)
    with pytest.raises(KommoError) as caught:
        client.send(CHANNEL, SCOPE, MESSAGES["message-incoming-text"])
    assert caught.value.permanent is (answer in FOR_GOOD)


def test_a_refusal_tells_its_code_its_words_and_how_long_to_wait(client: AmojoClient, stub: Stub) -> None:
    told = {"status": 0, "error_code": 453, "error_type": "BAD_REQUEST", "error_description": "exactly one origin user"}
    answers(stub, Answer(400, told), Answer(429, headers={"Retry-After": "7"}))
    caught = []
    for _ in range(2):
        with pytest.raises(KommoError) as error:
            client.typing(CHANNEL, SCOPE, "c", "u")
        caught.append(error.value)
    assert (caught[0].problem["error_code"], "exactly one origin user" in caught[0].reason) == (453, True)
    assert caught[1].retry_after_s == 7


@pytest.mark.parametrize("body", [b"", {}, [], {"new_message": None}, {"new_message": {}}, b"<html>"])
def test_an_answer_without_the_promised_member_is_not_success(client: AmojoClient, stub: Stub, body: Any) -> None:
    answers(stub, Answer(body=body))
    for call in (lambda: client.connect(CHANNEL, IDS["account_id"], "Acme"),
                 lambda: client.send(CHANNEL, SCOPE, MESSAGES["message-incoming-text"])):  # fmt: skip
        with pytest.raises(KommoError) as caught:
            call()
        assert (caught.value.permanent, caught.value.is_uncertain) == (False, True)


@pytest.mark.parametrize("told", [["x"], "x", {"msgid": 5, "conversation_id": ["x"], "sender_id": None}])
def test_ids_of_another_form_are_left_out(client: AmojoClient, stub: Stub, told: Any) -> None:
    answers(stub, Answer(body={"new_message": told}))
    sent = client.send(CHANNEL, SCOPE, MESSAGES["message-incoming-text"])
    assert (sent.chat_id, sent.sender_id, sent.receiver_id) == (None, None, None)


def test_every_try_is_signed_anew_because_a_signature_lives_15_minutes(stub: Stub) -> None:
    times: Iterator[datetime] = iter([NOW, NOW.replace(minute=45)])
    client = AmojoClient(KommoClient(stub.url), lambda: next(times))
    for _ in range(2):
        client.delivery_status(CHANNEL, SCOPE, IDS["message_id"], amojo.READ)
    dates = [asked.headers["Date"] for asked in stub.asked]
    assert dates == ["Tue, 03 Feb 2026 09:15:00 +0000", "Tue, 03 Feb 2026 09:45:00 +0000"]
    assert stub.asked[0].headers["X-Signature"] != stub.asked[1].headers["X-Signature"]


def test_a_redirect_inside_the_list_is_signed_anew(stub: Stub) -> None:
    times: Iterator[datetime] = iter([NOW, NOW.replace(minute=16)])
    clock: Callable[[], datetime] = lambda: next(times)  # noqa: E731
    kommo = KommoClient(stub.url)
    answers(stub, Answer(308, headers={"Location": "https://amojo.amocrm.com/v2/moved"}), Answer(200))
    AmojoClient(kommo, clock).disconnect(CHANNEL, IDS["account_id"])
    first, second = stub.asked
    assert second.path == "/v2/moved"
    assert second.headers["Date"] != first.headers["Date"]
    assert second.headers["X-Signature"] != first.headers["X-Signature"]
