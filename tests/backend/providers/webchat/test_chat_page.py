"""The visitor's doors: entering, writing, reading, and news that survive a lost connection."""

import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from backend.media.links import Links
from backend.media.storage import Folder
from backend.providers.base import DeliveryError, Line, Outgoing, WrongCredentials
from backend.providers.webchat import views
from backend.providers.webchat.feed import Feed
from backend.providers.webchat.provider import Webchat
from backend.seal import Sealer, new_key
from backend.web import guard, problems
from tests.backend.providers.book import Book


class Visitor:
    """A page in somebody's browser."""

    def __init__(self, http: FlaskClient, line_key: str) -> None:
        self.http, self.line_key = http, line_key
        self.token = http.post(f"/webchat/{line_key}/visitors").get_json()["token"]

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"X-Visitor-Token": self.token, **more.pop("headers", {})}
        return self.http.open(f"/webchat/{self.line_key}{path}", method=method, headers=headers, **more)

    def write(self, text: str = "hello", message_id: str | None = None) -> Any:
        return self.call("POST", "/messages", json={"text": text, "id": message_id or str(uuid.uuid4())})

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        return list(self.call("GET", f"/messages?after={after}").get_json()["events"])

    def streamed(self, after: int = 0) -> list[dict[str, Any]]:
        answer = self.call("GET", "/events", headers={"Last-Event-ID": str(after)})
        data = [row for row in answer.text.splitlines() if row.startswith("data: ")]
        return [json.loads(row.removeprefix("data: ")) for row in data]


@pytest.fixture
def feed(engine: Engine) -> Iterator[Feed]:
    feed = Feed(engine, limit=2, look_every_s=0.05)
    yield feed
    feed.stop()


@pytest.fixture
def webchat(engine: Engine, feed: Feed) -> Webchat:
    return Webchat(engine, "https://chat.acme.example", feed, hasher=PasswordHasher(1, 8, 1))


@pytest.fixture
def line(webchat: Webchat) -> Line:
    return webchat.add_account("acme", "correct horse", "Acme support")


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def http(engine: Engine, feed: Feed, book: Book, tmp_path: Path) -> FlaskClient:
    app = Flask("test")
    problems.register(app)
    guard.register(app, is_https=True)
    files = views.Files(Folder(tmp_path / "files").save, Links(Sealer([new_key()]), "https://kit.example"))
    app.register_blueprint(views.blueprint(engine=engine, relay=book, feed=feed, stream_s=0.3, files=files))
    return app.test_client()


@pytest.fixture
def visitor(http: FlaskClient, line: Line) -> Visitor:
    return Visitor(http, line.key)


def answer(webchat: Webchat, line: Line, book: Book, text: str = "Hi!", message_id: str = "a1") -> None:
    webchat.send(line, Outgoing(message_id, book.received[0].conversation, "text", text, "Alex"))


def test_a_service_account_proves_itself_and_names_its_page(webchat: Webchat, line: Line) -> None:
    assert webchat.check("acme", "correct horse") == line
    assert line.visitor_url == f"https://chat.acme.example/webchat/{line.key}"


@pytest.mark.parametrize(("login", "password"), [("acme", "wrong"), ("nobody", "correct horse"), ("", "")])
def test_wrong_login_and_wrong_password_are_not_told_apart(
    webchat: Webchat, line: Line, login: str, password: str
) -> None:
    with pytest.raises(WrongCredentials):
        webchat.check(login, password)


def test_the_page_names_the_line_and_allows_only_its_own_files(http: FlaskClient, line: Line) -> None:
    page = http.get(f"/webchat/{line.key}")
    assert "Acme support" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "://" not in page.text


@pytest.mark.parametrize("name", ["chat.js", "news.js", "outbox.js", "theme.js", "page.js", "embed.js", "chat.css"])
def test_the_pages_files_are_served(http: FlaskClient, name: str) -> None:
    with http.get(f"/webchat/assets/{name}") as answer:
        assert answer.status_code == 200


def test_an_unknown_line_has_no_page(http: FlaskClient) -> None:
    assert http.get("/webchat/nowhere").status_code == 404
    assert http.post("/webchat/nowhere/visitors").status_code == 404


def test_what_a_visitor_writes_is_saved_and_handed_on_once(visitor: Visitor, book: Book) -> None:
    message_id = str(uuid.uuid4())
    assert [visitor.write("hello", message_id).status_code for _ in range(2)] == [201, 200]
    assert [(m.text, m.id) for m in book.received] == [("hello", message_id)]
    assert [event["text"] for event in visitor.events()] == ["hello"]


def test_a_closed_line_refuses_politely_and_keeps_nothing(visitor: Visitor, book: Book) -> None:
    book.is_linked = False
    refused = visitor.write()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "line_closed")
    assert visitor.events() == []
    assert visitor.call("GET", "/messages").get_json()["is_open"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"text": " ", "id": str(uuid.uuid4())}, 400), ({"text": "x", "id": "1"}, 400), ([], 400),
     ({"text": "x" * 4001, "id": str(uuid.uuid4())}, 413), ({"text": 5, "id": str(uuid.uuid4())}, 400)],
)  # fmt: skip
def test_a_senseless_message_is_refused_with_the_reason(visitor: Visitor, body: Any, status: int) -> None:
    assert visitor.call("POST", "/messages", json=body).status_code == status


@pytest.mark.parametrize("token", ["", "guess", "x" * 5000])
def test_a_visitor_without_a_token_sees_and_says_nothing(visitor: Visitor, token: str) -> None:
    visitor.token = token
    for method, path in (("GET", "/messages"), ("GET", "/events"), ("POST", "/messages"), ("POST", "/read")):
        body = {"text": "x", "id": str(uuid.uuid4()), "seq": 1} if method == "POST" else None
        assert visitor.call(method, path, json=body).status_code == 401


def test_one_visitor_does_not_see_another(visitor: Visitor, http: FlaskClient, line: Line) -> None:
    visitor.write("secret")
    assert Visitor(http, line.key).events() == []


def test_a_managers_answer_is_shown_once_however_often_it_is_delivered(
    visitor: Visitor, webchat: Webchat, line: Line, book: Book
) -> None:
    visitor.write()
    for _ in range(2):
        answer(webchat, line, book)
    assert [(e["from"], e["text"]) for e in visitor.events()] == [("visitor", "hello"), ("manager", "Hi!")]


def test_the_stream_takes_up_where_it_stopped(visitor: Visitor, webchat: Webchat, line: Line, book: Book) -> None:
    for number in range(3):
        visitor.write(str(number))
    assert [event["text"] for event in visitor.streamed(after=1)] == ["1", "2"]


def test_news_reach_an_open_stream_at_once(visitor: Visitor, webchat: Webchat, line: Line, book: Book) -> None:
    visitor.write()
    heard: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: heard.extend(visitor.streamed(after=1)))
    thread.start()
    answer(webchat, line, book)
    thread.join(10)
    assert [event["text"] for event in heard] == ["Hi!"]


def test_news_saved_by_another_process_reach_the_stream_too(
    engine: Engine, visitor: Visitor, line: Line, book: Book, feed: Feed
) -> None:
    visitor.write()
    other = Webchat(engine, "", Feed(engine))
    with feed.opened(1) as news:
        answer(other, line, book)
        assert news.wait(10)


def test_more_streams_than_the_process_may_hold_are_told_to_poll(visitor: Visitor, feed: Feed) -> None:
    with feed.opened(98), feed.opened(99):
        refused = visitor.call("GET", "/events")
    assert (refused.status_code, refused.get_json()["code"]) == (503, "poll_instead")
    assert refused.headers["Retry-After"]
    assert visitor.call("GET", "/events").status_code == 200


def test_what_the_visitor_has_read_is_told_once(visitor: Visitor, webchat: Webchat, line: Line, book: Book) -> None:
    visitor.write()
    answer(webchat, line, book, "one", "a1")
    answer(webchat, line, book, "two", "a2")
    for seq in (2, 2, 1):
        assert visitor.call("POST", "/read", json={"seq": seq}).status_code == 204
    assert book.reads == [(book.received[0].conversation, "a1")]


def test_a_conversation_that_is_gone_is_a_permanent_failure(webchat: Webchat, line: Line) -> None:
    with pytest.raises(DeliveryError) as caught:
        webchat.send(line, Outgoing("a1", "nobody", "text", "Hi!"))
    assert (caught.value.permanent, caught.value.code) == (True, 901)


def test_typing_is_shown_on_both_sides(visitor: Visitor, webchat: Webchat, line: Line, book: Book) -> None:
    visitor.write()
    assert visitor.call("POST", "/typing").status_code == 204
    assert book.typings == [book.received[0].conversation]
    webchat.show_typing(line, book.received[0].conversation)
    assert [event["kind"] for event in visitor.streamed()] == ["message", "typing"]


def test_any_site_may_ask_because_no_cookie_is_read(visitor: Visitor, http: FlaskClient) -> None:
    preflight = http.options(f"/webchat/{visitor.line_key}/messages", headers={"Origin": "https://acme.example"})
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Visitor-Token" in preflight.headers["Access-Control-Allow-Headers"]
    assert "Set-Cookie" not in visitor.write().headers


def upload(visitor: Visitor, body: bytes, name: str = "photo.png") -> Any:
    return visitor.call("POST", f"/files?id={uuid.uuid4()}&name={name}", data=body)


def test_a_visitors_picture_is_kept_and_handed_on_by_a_sealed_link(visitor: Visitor, book: Book) -> None:
    assert upload(visitor, b"\x89PNG\r\n\x1a\n...").status_code == 201
    received = book.received[0]
    assert (received.type, received.media.file_name if received.media else "") == ("picture", "photo.png")
    assert received.media is not None
    assert received.media.url.startswith("https://kit.example/media/")


def test_where_a_file_is_kept_is_nobodys_business_but_ours(visitor: Visitor, tmp_path: Path) -> None:
    upload(visitor, b"\x89PNG\r\n\x1a\n...")
    (kept,) = [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert kept not in str(visitor.events())


def test_a_file_is_named_without_folders_and_told_by_its_bytes(visitor: Visitor, book: Book) -> None:
    upload(visitor, b"<svg onload=alert(1)>", "../../etc/evil.png")
    received = book.received[0]
    assert (received.type, received.media.file_name if received.media else "") == ("file", "evil.png")


def test_a_closed_line_keeps_no_file(visitor: Visitor, book: Book, tmp_path: Path) -> None:
    book.is_linked = False
    assert upload(visitor, b"x").get_json()["code"] == "line_closed"
    assert not (tmp_path / "files").exists()


def test_an_empty_file_and_a_flood_of_files_are_refused(visitor: Visitor) -> None:
    assert upload(visitor, b"").status_code == 413
    assert [upload(visitor, b"x").status_code for _ in range(10)][-1] == 429


def test_what_a_visitor_says_of_itself_goes_with_its_messages(visitor: Visitor, book: Book) -> None:
    visitor.call("POST", "/visitor", json={"name": "Maria", "email": "maria@acme.example"})
    visitor.write()
    assert (book.received[0].sender_name, book.received[0].email) == ("Maria", "maria@acme.example")


def test_a_chosen_row_of_a_menu_is_handed_on_with_its_key(visitor: Visitor, book: Book) -> None:
    body = {"text": "Repair", "id": str(uuid.uuid4()), "callback_data": "svc-1"}
    assert visitor.call("POST", "/messages", json=body).status_code == 201
    assert book.received[0].extra == {"callback_data": "svc-1"}
