"""What every messenger must do. A new one is added to ``CASES`` and is done when this file is green."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine

from backend.conversations.rules import fitted
from backend.errors import NeighbourError
from backend.media.links import Links
from backend.providers.base import (
    Capabilities,
    DeliveryError,
    Line,
    Outgoing,
    Provider,
    Reacting,
    Typing,
    WritingFirst,
    WrongCredentials,
)
from backend.providers.http import views as http_views
from backend.providers.http.provider import HttpProvider
from backend.providers.http.signature import sign
from backend.providers.parts import Button, Choice, Menu, Passage, Section
from backend.providers.telegram import views as telegram_views
from backend.providers.telegram.api import BotApi, hook_secret
from backend.providers.telegram.provider import Telegram
from backend.providers.webchat import views as webchat_views
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.seal import Sealer, new_key
from backend.web import problems
from tests.backend.providers.book import Book
from tests.backend.providers.doubles import TOKEN, BotApiDouble, ServiceDouble
from tests.backend.stub_kommo import Answer, running_stub


@dataclass
class Case:
    """A messenger with somebody on the other side."""

    provider: Provider
    login: str
    password: str
    book: Book
    write: Callable[[str, str], int]  # text and id → status of our door
    conversation: Callable[[], str]
    shown: Callable[[], list[str]]
    saw: Callable[[], str]  # everything that the other side was given, as one text
    fail_once: Callable[[], None] | None
    recognises_repeats: bool = True

    def line(self) -> Line:
        return self.provider.check(self.login, self.password)

    def send(self, text: str = "Hi!", message_id: str = "a1", **more: Any) -> str | None:
        return self.provider.send(self.line(), Outgoing(message_id, self.conversation(), "text", text, "Alex", **more))


def app_with(*blueprints: Any) -> Any:
    app = Flask("test")
    problems.register(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app.test_client()


@contextmanager
def webchat(engine: Engine) -> Iterator[Case]:
    feed, book = Feed(engine), Book()
    provider = Webchat(engine, "https://chat.example", feed, hasher=PasswordHasher(1, 8, 1))
    line = provider.add_account("acme", "correct horse", "Acme")
    http = app_with(webchat_views.blueprint(engine=engine, relay=book, feed=feed))
    token = http.post(f"/webchat/{line.key}/visitors").get_json()["token"]
    headers = {"X-Visitor-Token": token}

    def write(text: str, message_id: str) -> int:
        body = {"text": text, "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, message_id))}
        return int(http.post(f"/webchat/{line.key}/messages", json=body, headers=headers).status_code)

    def conversation() -> str:
        if not book.received:
            write("first", "first")
        return book.received[0].conversation

    def shown() -> list[str]:
        events = http.get(f"/webchat/{line.key}/messages", headers=headers).get_json()["events"]
        return [event["text"] for event in events if event.get("from") == "manager"]

    def saw() -> str:
        return str(http.get(f"/webchat/{line.key}/messages", headers=headers).get_json())

    yield Case(provider, "acme", "correct horse", book, write, conversation, shown, saw, None)
    feed.stop()


@contextmanager
def telegram(engine: Engine) -> Iterator[Case]:
    double, book = BotApiDouble(), Book()
    book.kept_secret = TOKEN
    with running_stub(double) as stub:
        links = Links(Sealer([new_key()]), "https://kit.example")
        http = app_with(telegram_views.blueprint(engine=engine, relay=book, links=links))
        headers = {telegram_views.HEADER: hook_secret(TOKEN)}

        def write(text: str, message_id: str) -> int:
            sender = {"id": 77, "first_name": "Maria"}
            number = int(uuid.uuid5(uuid.NAMESPACE_DNS, message_id)) % 10**9
            message = {"message_id": number, "date": 1770110100, "text": text, "from": sender}
            update = {"update_id": 1, "message": {**message, "chat": {"id": 77, "type": "private"}}}
            return int(http.post("/providers/telegram/123456", json=update, headers=headers).status_code)

        def fail_once() -> None:
            double.next_answer = Answer(502)

        provider = Telegram(BotApi(stub.url), "https://kit.example")
        yield Case(provider, "@acme_bot", TOKEN, book, write, lambda: "77", double.texts, lambda: str(double.sent),
                   fail_once, recognises_repeats=False)  # fmt: skip


@contextmanager
def own_service(engine: Engine) -> Iterator[Case]:
    double, book = ServiceDouble(), Book()
    with running_stub(double) as stub:
        http = app_with(http_views.blueprint(engine=engine, relay=book, secret=double.secret))

        def write(text: str, message_id: str) -> int:
            import json
            import time

            message = {"id": message_id, "conversation": "77", "sender_id": "m", "sender_name": "Maria", "text": text}
            raw = json.dumps(message).encode()
            headers = sign(double.secret, (path := "/providers/http/line-1/messages"), raw, time.time())
            return int(http.post(path, data=raw, headers=headers).status_code)

        def fail_once() -> None:
            double.next_answer = Answer(502)

        provider = HttpProvider(stub.url, double.secret)
        yield Case(provider, "acme", "correct horse", book, write, lambda: "77", double.texts,
                   lambda: str(double.calls), fail_once)  # fmt: skip


CASES: dict[str, Callable[[Engine], AbstractContextManager[Case]]] = {
    "webchat": webchat,
    "telegram": telegram,
    "http": own_service,
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, sqlite_engine: Engine) -> Iterator[Case]:
    with CASES[request.param](sqlite_engine) as case:
        yield case


def test_it_goes_by_one_name(case: Case) -> None:
    assert case.provider.name in CASES


def test_a_service_account_names_its_line_which_stays_the_same(case: Case) -> None:
    assert case.line().key == case.line().key != ""
    assert case.line().title


@pytest.mark.parametrize("wrong", ["login", "password"])
def test_wrong_credentials_are_told_from_a_failure(case: Case, wrong: str) -> None:
    credentials = {"login": case.login, "password": case.password, wrong: "something else"}
    with pytest.raises(WrongCredentials):
        case.provider.check(**credentials)


def test_a_messenger_that_is_away_is_no_wrong_password(case: Case) -> None:
    if case.fail_once is None:
        return
    case.fail_once()
    with pytest.raises(NeighbourError) as caught:
        case.line()
    assert not caught.value.permanent


def test_a_managers_message_is_shown(case: Case) -> None:
    case.send("Your order is ready.")
    assert case.shown() == ["Your order is ready."]


def test_the_same_message_twice_is_shown_once(case: Case) -> None:
    for _ in range(2):
        case.send("once")
    assert len(case.shown()) == (1 if case.recognises_repeats else 2)


def test_a_conversation_that_does_not_exist_is_a_permanent_failure_with_its_code(case: Case) -> None:
    with pytest.raises(DeliveryError) as caught:
        case.provider.send(case.line(), Outgoing("a1", "999", "text", "Hi!"))
    assert caught.value.permanent
    assert caught.value.code in (901, 904)


def test_a_passing_failure_is_not_permanent(case: Case) -> None:
    line, conversation = case.line(), case.conversation()
    if case.fail_once is None:
        return
    case.fail_once()
    with pytest.raises(DeliveryError) as caught:
        case.provider.send(line, Outgoing("a1", conversation, "text", "Hi!"))
    assert not caught.value.permanent


def test_a_customers_message_is_handed_on_once_however_often_it_comes(case: Case) -> None:
    for _ in range(2):
        assert case.write("hello", "m1") in (200, 201)
    received = [message for message in case.book.received if message.text == "hello"]
    assert len(received) == 1
    assert (received[0].type, received[0].conversation) == ("text", case.conversation())


def test_a_line_that_is_not_linked_takes_nothing(case: Case) -> None:
    case.conversation()
    case.book.is_linked = False
    assert case.write("hello", "m1") in (404, 409)


QUOTED = Passage("Maria", "When will it arrive?")
PICTURE = Passage("Boris", "This one", "picture", "https://amojo.kommo.com/attachments/1/photo.jpg", "photo.jpg")
MENU = Menu(
    "Choose a service", "Menu", (Section("Main", (Choice("svc-1", "Repair", "Same day"),)),), "Services", "Acme"
)
RICH: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a quote of a message that the messenger does not know": (
        {"text": "Tomorrow", "quoted": QUOTED}, ("Tomorrow", "Maria", "When will it arrive?")),
    "a forward": ({"forwards": (QUOTED,)}, ("Maria", "When will it arrive?")),
    "a forwarded file with words of one's own": (
        {"text": "Look", "forwards": (PICTURE,)}, ("Look", "Boris", "This one", "attachments/1/photo.jpg")),
    "buttons": ({"text": "?", "buttons": ((Button("Yes"), Button("Site", "https://acme.example/")),)},
                ("Yes", "Site", "https://acme.example/")),
    "a menu": ({"menu": MENU}, ("Services", "Choose a service", "Acme", "Repair", "Same day", "svc-1")),
}  # fmt: skip


@pytest.mark.parametrize("what", RICH)
def test_nothing_of_a_message_is_lost_on_the_way(case: Case, what: str) -> None:
    holds, told = RICH[what]
    case.provider.send(case.line(), Outgoing("a1", case.conversation(), "text", **{"text": "", **holds}))
    assert [text for text in told if text not in case.saw()] == []


@pytest.mark.parametrize("what", RICH)
def test_a_messenger_that_can_show_text_alone_gets_everything_written_out(what: str) -> None:
    holds, told = RICH[what]
    plain = fitted(Capabilities(frozenset({"text"})), Outgoing("a1", "77", "text", **{"text": "", **holds}))
    assert [text for text in told if text not in plain.text and text != "svc-1"] == []
    assert (plain.quoted, plain.forwards, plain.buttons, plain.menu) == (None, (), (), None)


def test_capabilities_are_true(case: Case) -> None:
    can = case.provider.capabilities
    assert "text" in can.types
    assert can.voice is ("voice" in can.types)
    assert not can.reactions or isinstance(case.provider, Reacting)
    assert not can.typing or isinstance(case.provider, Typing)
    assert not can.writes_first or isinstance(case.provider, WritingFirst)
