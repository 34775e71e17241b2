import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from backend.errors import NeighbourError
from backend.providers import calls
from backend.providers.base import DeliveryError, Line, Outgoing
from backend.providers.http import views
from backend.providers.http.provider import HttpProvider
from backend.providers.http.signature import SIGNATURE, TIME, is_genuine, sign
from backend.web import problems
from tests.backend.providers.book import Book
from tests.backend.providers.doubles import ServiceDouble, dripping
from tests.backend.stub_kommo import Answer, running_stub

SECRET = "service-secret"
LINE = Line("line-1", "Acme")
MESSAGE = {"id": "m1", "conversation": "77", "sender_id": "m", "sender_name": "Maria", "text": "hello"}


@pytest.fixture
def double() -> ServiceDouble:
    return ServiceDouble(SECRET)


@pytest.fixture
def provider(double: ServiceDouble) -> Iterator[HttpProvider]:
    with running_stub(double) as stub:
        yield HttpProvider(stub.url, SECRET)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def http(sqlite_engine: Engine, book: Book) -> FlaskClient:
    app = Flask("test")
    problems.register(app)
    app.register_blueprint(views.blueprint(engine=sqlite_engine, relay=book, secret=SECRET))
    return app.test_client()


def post(http: FlaskClient, what: str, body: Any, *, age_s: float = 0, secret: str = SECRET) -> Any:
    raw, path = json.dumps(body).encode(), f"/providers/http/line-1/{what}"
    return http.post(path, data=raw, headers=sign(secret, path, raw, time.time() - age_s))


@pytest.mark.parametrize(("age_s", "secret", "status"), [(0, SECRET, 200), (290, SECRET, 200), (310, SECRET, 403),
                                                         (-310, SECRET, 403), (0, "other", 403)])  # fmt: skip
def test_a_call_must_be_signed_and_fresh(http: FlaskClient, book: Book, age_s: float, secret: str, status: int) -> None:
    assert post(http, "messages", MESSAGE, age_s=age_s, secret=secret).status_code == status
    assert len(book.received) == (status == 200)


def test_a_changed_body_is_not_genuine() -> None:
    headers = sign(SECRET, "/messages", b"{}", 1000)
    assert is_genuine(SECRET, headers, "/messages", b"{}", 1000)
    assert not is_genuine(SECRET, headers, "/messages", b"{ }", 1000)
    assert not is_genuine(SECRET, headers, "/edits", b"{}", 1000)
    assert not is_genuine(SECRET, {TIME: "x", SIGNATURE: "é"}, "/messages", b"{}", 1000)


def test_a_call_for_one_line_cannot_be_repeated_against_another(http: FlaskClient, book: Book) -> None:
    raw = json.dumps(MESSAGE).encode()
    headers = sign(SECRET, "/providers/http/line-1/messages", raw, time.time())
    for path in ("/providers/http/line-2/messages", "/providers/http/line-1/edits"):
        assert http.post(path, data=raw, headers=headers).status_code == 403
    assert book.received == book.edited == []


def test_the_same_call_twice_is_received_once(http: FlaskClient, book: Book) -> None:
    raw, path = json.dumps(MESSAGE).encode(), "/providers/http/line-1/messages"
    headers = sign(SECRET, path, raw, time.time())
    assert [http.post(path, data=raw, headers=headers).status_code for _ in range(2)] == [200, 200]
    assert len(book.received) == 1


def test_everything_that_happens_in_the_service_can_be_told(http: FlaskClient, book: Book) -> None:
    there = {"conversation": "77", "message_id": "m1"}
    calls = [("edits", {**MESSAGE, "text": "new"}), ("reactions", {**there, "emoji": "👍"}), ("reactions", there),
             ("typing", there), ("read", there), ("failures", {**there, "reason": "blocked", "code": 901}),
             ("elsewhere", MESSAGE)]  # fmt: skip
    assert [post(http, what, body).status_code for what, body in calls] == [200] * len(calls)
    assert book.edited[0].text == "new"
    assert book.reactions == [("77", "m1", "👍"), ("77", "m1", None)]
    assert (book.typings, book.reads, book.failures) == (["77"], [("77", "m1")], [("m1", 901)])
    assert len(book.elsewhere) == 1


@pytest.mark.parametrize(
    "change",
    [{"id": ""}, {"id": 5}, {"conversation": None}, {"type": "poll"}, {"media": {"url": "http://x"}},
     {"media": {"url": "javascript:alert(1)"}}, {"id": "x" * 201}, {"text": ""}, {"type": "picture"},
     {"type": "location"}, {"type": "location", "location": {"lon": "5", "lat": 6}}, {"type": "contact"},
     {"type": "location", "location": {"lon": float("nan"), "lat": 1}}, {"type": "contact", "contact": {"name": "Jo"}}],
    ids=str,
)  # fmt: skip
def test_a_message_that_makes_no_sense_is_refused_with_the_reason(
    http: FlaskClient, book: Book, change: dict[str, Any]
) -> None:
    assert post(http, "messages", {**MESSAGE, **change}).status_code == 400
    assert book.received == []


def test_an_unknown_door_names_the_known_ones(http: FlaskClient) -> None:
    answer = post(http, "nonsense", {})
    assert answer.status_code == 404
    assert "messages" in answer.get_json()["detail"]


@pytest.mark.parametrize(("answer", "permanent", "code"), [
    (Answer(503, headers={"Retry-After": "9"}), False, 905), (Answer(404, {"reason": "gone", "code": 901}), True, 901),
    (Answer(422, {"reason": "too long"}), True, 905), (Answer(0), False, 903), (Answer(400, {"code": 12}), True, 905),
    (Answer(301, headers={"Location": "https://evil.example/messages"}), False, 905),
    (Answer(200, b"<html>log in</html>", {"Content-Type": "text/html"}), False, 903), (Answer(200, b"[]"), False, 903),
    (Answer(403, b"<html>blocked</html>"), True, 905)])  # fmt: skip
def test_the_services_no_is_told_from_its_trouble(
    provider: HttpProvider, double: ServiceDouble, answer: Answer, permanent: bool, code: int
) -> None:
    double.next_answer = answer
    with pytest.raises(DeliveryError) as caught:
        provider.send(LINE, Outgoing("a1", "77", "text", "Hi"))
    assert (caught.value.permanent, caught.value.code) == (permanent, code)
    if answer.status == 503:
        assert caught.value.retry_after_s == 9


def test_writing_first_asks_the_service_for_the_conversation(provider: HttpProvider, double: ServiceDouble) -> None:
    assert provider.begin(LINE, "+15550100777") == "77"
    double.next_answer = Answer(404, {"reason": "nobody has this number"})
    with pytest.raises(DeliveryError, match="nobody") as caught:
        provider.begin(LINE, "+1")
    assert caught.value.code == 904


@pytest.mark.parametrize("key", ["", "a/b", "a b", "x" * 101, "../x", "é", 5, None, "a\x00"])
def test_a_key_that_cannot_stand_in_an_address_is_not_taken(
    provider: HttpProvider, double: ServiceDouble, key: Any
) -> None:
    double.next_answer = Answer(200, {"key": key, "title": "Acme"})
    with pytest.raises(NeighbourError, match="without a line's key"):
        provider.check("acme", "correct horse")


def test_only_a_link_becomes_the_visitors_link(provider: HttpProvider, double: ServiceDouble) -> None:
    double.next_answer = Answer(200, {"key": "k", "visitor_url": "javascript:alert(1)"})
    assert provider.check("acme", "correct horse").visitor_url is None


@pytest.mark.parametrize("sent_at_ms", [10**30, -5, True, "yesterday", None, float("inf")])
@pytest.mark.parametrize("file_size", [10**30, -5, True, "big"])
def test_odd_numbers_are_no_reason_to_lose_a_message(
    http: FlaskClient, book: Book, sent_at_ms: Any, file_size: Any
) -> None:
    media = {"url": "https://x/1.jpg", "file_size": file_size, "duration_s": file_size}
    body = {**MESSAGE, "sent_at_ms": sent_at_ms, "type": "picture", "media": media}
    assert post(http, "messages", body).status_code == 200
    assert book.received[0].media is not None
    assert 0 <= book.received[0].media.file_size < 2**53


def test_a_service_that_answers_in_drops_keeps_no_worker() -> None:
    begun_at = time.monotonic()
    with dripping(b"x" * 100, pause_s=0.1) as url, pytest.raises(DeliveryError) as caught:
        HttpProvider(url, SECRET, calls.Caller(whole_s=0.5)).send(LINE, Outgoing("a1", "77", "text", "Hi"))
    assert not caught.value.permanent
    assert time.monotonic() - begun_at < 3


def test_an_endless_answer_is_not_read_to_its_end(provider: HttpProvider, double: ServiceDouble) -> None:
    double.next_answer = Answer(200, b"x" * (calls.MAX_ANSWER_BYTES + 1))
    with pytest.raises(DeliveryError, match="TimeoutError"):
        provider.send(LINE, Outgoing("a1", "77", "text", "Hi"))


@pytest.mark.parametrize(
    ("given", "pause"),
    [("9", 9.0), ("0", 0.0), ("1e400", 86_400.0), ("9" * 400, 86_400.0), ("-5", 0.0), ("nan", None), ("soon", None),
     ("", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("Wed, 21 Oct 2099 07:28:00 GMT", 86_400.0)],
)  # fmt: skip
def test_a_pause_is_a_number_or_a_date_and_never_too_long(given: str, pause: float | None) -> None:
    assert calls.Answer(429, {}, {"Retry-After": given}).retry_after_s == pause
