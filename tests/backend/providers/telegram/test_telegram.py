import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from backend.errors import NeighbourError
from backend.media.links import Links
from backend.providers.base import DeliveryError, Line, Media, Outgoing
from backend.providers.parts import Button, Choice, Menu, Section
from backend.providers.telegram import views
from backend.providers.telegram.api import BotApi, hook_secret
from backend.providers.telegram.provider import EVENTS, MAX_TEXT, Telegram
from backend.seal import Sealer, new_key
from backend.web import problems
from tests.backend.providers.book import Book
from tests.backend.providers.doubles import TOKEN, BotApiDouble
from tests.backend.stub_kommo import Answer, running_stub

LINE = Line("123456", "Acme bot", TOKEN)
LINKS = Links(Sealer([new_key()]), "https://kit.example")


@pytest.fixture
def double() -> BotApiDouble:
    return BotApiDouble()


@pytest.fixture
def bot(double: BotApiDouble) -> Iterator[Telegram]:
    with running_stub(double) as stub:
        yield Telegram(BotApi(stub.url), "https://kit.example")


@pytest.fixture
def book() -> Book:
    book = Book()
    book.kept_secret = TOKEN
    return book


@pytest.fixture
def http(sqlite_engine: Engine, book: Book) -> FlaskClient:
    app = Flask("test")
    problems.register(app)
    app.register_blueprint(views.blueprint(engine=sqlite_engine, relay=book, links=LINKS))
    return app.test_client()


def update(http: FlaskClient, secret: str = hook_secret(TOKEN), **body: Any) -> int:
    answer = http.post("/providers/telegram/123456", json={"update_id": 1, **body}, headers={views.HEADER: secret})
    return int(answer.status_code)


def message(**more: Any) -> dict[str, Any]:
    sender = {"id": 77, "first_name": "Maria", "last_name": "Lopez"}
    return {"message_id": 5, "date": 1770110100, "chat": {"id": 77, "type": "private"}, "from": sender, **more}


def test_linking_lets_updates_come_to_our_door_with_a_secret(bot: Telegram, double: BotApiDouble) -> None:
    assert bot.check("acme_bot", TOKEN) == Line("123456", "Acme bot", TOKEN, "https://t.me/acme_bot")
    hook = dict(double.sent)["setWebhook"]
    assert hook["url"] == "https://kit.example/providers/telegram/123456"
    assert hook["secret_token"] == hook_secret(TOKEN)
    assert TOKEN not in hook["secret_token"]


@pytest.mark.parametrize(
    ("kind", "method", "member"),
    [("picture", "sendPhoto", "photo"), ("file", "sendDocument", "document"), ("video", "sendVideo", "video"),
     ("voice", "sendVoice", "voice"), ("audio", "sendAudio", "audio"), ("sticker", "sendSticker", "sticker")],
)  # fmt: skip
def test_each_kind_of_media_goes_by_its_own_method(
    bot: Telegram, double: BotApiDouble, kind: Any, method: str, member: str
) -> None:
    bot.send(LINE, Outgoing("1", "77", kind, "", media=Media("https://x/1", "1")))
    assert double.sent == [(method, {"chat_id": "77", member: "https://x/1"})]


def test_a_long_text_goes_in_parts_and_a_quote_names_its_message(bot: Telegram, double: BotApiDouble) -> None:
    bot.send(LINE, Outgoing("1", "77", "text", "x" * 5000, reply_to="5"))
    assert [len(text) for text in double.texts()] == [4096, 904]
    assert double.sent[0][1]["reply_parameters"]["message_id"] == 5


@pytest.mark.parametrize("answer", [Answer(429, {"ok": False, "parameters": {"retry_after": 1}}), Answer(0)], ids=str)
def test_a_second_try_does_not_repeat_the_parts_that_arrived(
    bot: Telegram, double: BotApiDouble, answer: Answer
) -> None:
    message = Outgoing("1", "77", "text", "a" * MAX_TEXT + "b" * MAX_TEXT + "c")
    double.fails_at = {2: answer}
    with pytest.raises(DeliveryError):
        bot.send(LINE, message)
    assert bot.send(LINE, message) == "503"
    assert [text[0] for text in double.texts()] == ["a", "b", "c"]


DOCX = Outgoing("1", "77", "file", "The offer", media=Media("https://x/files/%D1%81.docx", "с.docx"), reply_to="5")


def test_a_file_that_telegram_does_not_fetch_is_sent_itself(double: BotApiDouble) -> None:
    with running_stub(double) as stub:
        bot = Telegram(BotApi(stub.url), "https://kit.example", lambda link, most: b"PK words")
        assert bot.send(LINE, DOCX) == "501"
    ((method, body),) = double.sent
    assert (method, body["document"], body["caption"]) == ("sendDocument", ("с.docx", b"PK words"), "The offer")
    assert json.loads(body["reply_parameters"])["message_id"] == 5


@pytest.mark.parametrize("is_final", [True, False])
def test_a_file_that_cannot_be_had_is_told_as_such(double: BotApiDouble, is_final: bool) -> None:
    def read(link: str, max_bytes: int) -> bytes:
        raise NeighbourError("the file cannot be fetched: x answered 404", permanent=is_final)

    with running_stub(double) as stub, pytest.raises(DeliveryError, match="404") as caught:
        Telegram(BotApi(stub.url), "https://kit.example", read).send(LINE, DOCX)
    assert caught.value.permanent is is_final


def test_an_answer_without_an_id_is_no_reason_to_send_again(bot: Telegram, double: BotApiDouble) -> None:
    double.next_answer = Answer(200, {"ok": True, "result": True})
    assert bot.send(LINE, Outgoing("1", "77", "text", "Hi")) is None


def keyboards(double: BotApiDouble) -> list[dict[str, Any]]:
    return [body["reply_markup"] for _, body in double.sent if body.get("reply_markup")]


def test_buttons_become_keyboards_and_none_is_left_out_of_a_mixed_row(bot: Telegram, double: BotApiDouble) -> None:
    yes, site = Button("Yes"), Button("Site", "https://x")
    for row in ((yes,), (yes, site)):
        bot.send(LINE, Outgoing("1", "77", "text", "?", buttons=(row,)))
    assert keyboards(double)[0]["keyboard"] == [[{"text": "Yes"}]]
    linked = [{"text": "Yes", "callback_data": "Yes"}, {"text": "Site", "url": "https://x"}]
    assert keyboards(double)[1]["inline_keyboard"] == [linked]


def test_buttons_stand_under_a_picture_too(bot: Telegram, double: BotApiDouble) -> None:
    picture = Media("https://x/1", "1")
    bot.send(LINE, Outgoing("1", "77", "picture", "Pick", media=picture, buttons=((Button("Yes"),),)))
    assert [(method, body["caption"]) for method, body in double.sent] == [("sendPhoto", "Pick")]
    assert keyboards(double)


def test_a_chosen_row_of_a_menu_comes_back_with_its_key(
    bot: Telegram, double: BotApiDouble, http: FlaskClient, book: Book
) -> None:
    menu = Menu("Choose", "Menu", (Section("", (Choice("svc-1", "Repair", "Same day"),)),))
    bot.send(LINE, Outgoing("1", "77", "text", "", menu=menu))
    markup = keyboards(double)[0]
    pressed = {"id": "9", "from": message()["from"], "data": markup["inline_keyboard"][0][0]["callback_data"],
               "message": {**message(), "reply_markup": markup}}  # fmt: skip
    headers = {views.HEADER: hook_secret(TOKEN)}
    answer = http.post("/providers/telegram/123456", json={"update_id": 1, "callback_query": pressed}, headers=headers)
    assert answer.get_json() == {"method": "answerCallbackQuery", "callback_query_id": "9"}
    assert [(m.text, m.extra) for m in book.received] == [("Repair", {"callback_data": "svc-1"})]


def test_reactions_and_typing_are_shown(bot: Telegram, double: BotApiDouble) -> None:
    bot.react(LINE, "77", "5", "👍")
    bot.react(LINE, "77", "5", None)
    bot.show_typing(LINE, "77")
    assert [body.get("reaction") for _, body in double.sent] == [[{"type": "emoji", "emoji": "👍"}], [], None]


@pytest.mark.parametrize(
    ("answer", "permanent", "code", "pause"),
    [(Answer(403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}), True, 901, None),
     (Answer(429, {"ok": False, "parameters": {"retry_after": 7}}), False, 905, 7.0),
     (Answer(400, {"ok": False, "description": "Bad Request: chat not found"}), True, 904, None),
     (Answer(500), False, 903, None), (Answer(404, b"<html>no such page</html>"), False, 903, None),
     (Answer(200, b"<html>welcome</html>"), False, 903, None),
     (Answer(301, headers={"Location": "https://evil.example/"}), False, 903, None),
     (Answer(429, {"ok": False, "parameters": {"retry_after": "soon"}}), False, 905, 1.0),
     (Answer(429, {"ok": False, "parameters": [1e400]}, {"Retry-After": "30"}), False, 905, 30.0),
     (Answer(401, {"ok": False}), True, 902, None)],
)  # fmt: skip
def test_refusals_mean_what_telegram_means(
    bot: Telegram, double: BotApiDouble, answer: Answer, permanent: bool, code: int, pause: float | None
) -> None:
    double.next_answer = answer
    with pytest.raises(DeliveryError) as caught:
        bot.send(LINE, Outgoing("1", "77", "text", "Hi"))
    assert (caught.value.permanent, caught.value.code, caught.value.retry_after_s) == (permanent, code, pause)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "guess", "é"])
def test_an_update_without_the_bots_secret_is_refused(http: FlaskClient, book: Book, secret: str) -> None:
    assert update(http, secret.encode().decode("latin-1"), message=message(text="x")) == 403
    assert book.received == []


@pytest.mark.parametrize(
    ("content", "kind", "extra"),
    [({"text": "hi"}, "text", {}),
     ({"photo": [{"file_id": "s", "file_size": 1}, {"file_id": "f1", "file_size": 9}], "caption": "c"}, "picture", {}),
     ({"sticker": {"file_id": "f1", "file_unique_id": "u"}}, "sticker", {"sticker_id": "u"}),
     ({"voice": {"file_id": "f1", "duration": 3}}, "voice", {}), ({"document": {"file_id": "f1"}}, "file", {}),
     ({"location": {"longitude": 1.5, "latitude": 2.5}}, "location", {"location": {"lon": 1.5, "lat": 2.5}}),
     ({"contact": {"first_name": "Jo", "phone_number": "+1"}}, "contact", {"contact": {"name": "Jo", "phone": "+1"}})],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) and value else "",
)  # fmt: skip
def test_everything_that_a_customer_can_send_arrives(
    http: FlaskClient, book: Book, content: dict[str, Any], kind: str, extra: dict[str, Any]
) -> None:
    assert update(http, message=message(**content)) == 200
    received = book.received[0]
    assert (received.type, received.extra, received.sender_name) == (kind, extra, "Maria Lopez")
    if received.media:
        assert LINKS.open(received.media.url.split("/")[-2]) == ("telegram", "123456/f1")
        assert TOKEN not in received.media.url


def test_edits_and_reactions_arrive(http: FlaskClient, book: Book) -> None:
    update(http, edited_message=message(text="corrected"))
    reacted = {"chat": {"id": 77}, "message_id": 5, "new_reaction": [{"type": "emoji", "emoji": "🔥"}]}
    update(http, message_reaction=reacted)
    update(http, message_reaction={**reacted, "new_reaction": []})
    assert book.edited[0].text == "corrected"
    assert book.reactions == [("77", "5", "🔥"), ("77", "5", None)]


def test_an_edit_that_overtakes_its_message_is_received_in_its_place(http: FlaskClient, book: Book) -> None:
    book.knows_edited = False
    for _ in range(2):
        update(http, edited_message=message(text="corrected", edit_date=1770110105))
    update(http, message=message(text="frist"))
    assert [m.text for m in book.received] == ["corrected"]


def test_a_position_that_moves_is_not_told_again_and_again(http: FlaskClient, book: Book) -> None:
    place = {"longitude": 1.5, "latitude": 2.5, "live_period": 900}
    update(http, edited_message=message(location=place, edit_date=1770110105))
    assert book.edited == book.received == []


def test_every_picture_of_an_album_is_a_message_of_its_own(http: FlaskClient, book: Book) -> None:
    for number, caption in ((5, {"caption": "Two photos"}), (6, {})):
        photo = [{"file_id": f"f{number}", "file_size": 9}]
        update(http, message={**message(photo=photo, media_group_id="g1", **caption), "message_id": number})
    assert [(m.id, m.type, m.text) for m in book.received] == [("5", "picture", "Two photos"), ("6", "picture", "")]


def test_a_repeated_update_and_a_gap_before_it_change_nothing(http: FlaskClient, book: Book) -> None:
    for number in (7, 900, 7):
        http.post("/providers/telegram/123456", json={"update_id": number, "message": message(text="hi")},
                  headers={views.HEADER: hook_secret(TOKEN)})  # fmt: skip
    assert len(book.received) == 1


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner:
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["chat", "from", "id", "type", "text", "photo", "file_id", "file_size", "voice", "duration", "location", "date",
         "message", "message_id", "data", "reply_markup", "inline_keyboard", "new_reaction", "emoji", "contact"]),
        inner, max_size=6), max_leaves=30)  # fmt: skip


@given(what=st.sampled_from(EVENTS), junk=st.dictionaries(st.sampled_from(list(message())), JUNK), more=JUNK)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_update_whatever_it_holds_is_refused_because_telegram_would_repeat_it(
    http: FlaskClient, what: str, junk: Any, more: Any
) -> None:
    whole = {**message(photo=more, reply_markup=more, location=more), **junk, "data": "x", "message": message()}
    body: dict[str, Any] = {what: whole}
    assert update(http, **body) == 200


@pytest.mark.parametrize(
    "body", [{"poll": {}}, {"message": message(new_chat_title="x")}, {"message": {**message(text="x"), "chat": {"id": 1,
             "type": "group"}}}, {"message": 5}],
)  # fmt: skip
def test_what_has_no_meaning_for_kommo_is_answered_200_and_left_out(
    http: FlaskClient, book: Book, body: dict[str, Any]
) -> None:
    assert update(http, **body) == 200
    assert book.received == []
