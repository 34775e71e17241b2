import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from backend.providers.base import DeliveryError, Line, Outgoing
from backend.providers.http import views
from backend.providers.http.provider import HttpProvider
from backend.providers.http.signature import SIGNATURE, TIME, is_genuine, sign
from backend.web import problems
from tests.backend.providers.book import Book
from tests.backend.providers.doubles import ServiceDouble
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
    raw = json.dumps(body).encode()
    headers = sign(secret, raw, time.time() - age_s)
    return http.post(f"/providers/http/line-1/{what}", data=raw, headers=headers)


@pytest.mark.parametrize(("age_s", "secret", "status"), [(0, SECRET, 200), (290, SECRET, 200), (310, SECRET, 403),
                                                         (-310, SECRET, 403), (0, "other", 403)])  # fmt: skip
def test_a_call_must_be_signed_and_fresh(http: FlaskClient, book: Book, age_s: float, secret: str, status: int) -> None:
    assert post(http, "messages", MESSAGE, age_s=age_s, secret=secret).status_code == status
    assert len(book.received) == (status == 200)


def test_a_changed_body_is_not_genuine() -> None:
    headers = sign(SECRET, b"{}", 1000)
    assert is_genuine(SECRET, headers, b"{}", 1000)
    assert not is_genuine(SECRET, headers, b"{ }", 1000)
    assert not is_genuine(SECRET, {TIME: "x", SIGNATURE: "é"}, b"{}", 1000)


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
     {"media": {"url": "javascript:alert(1)"}}, {"id": "x" * 201}],
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
    (Answer(422, {"reason": "too long"}), True, 905), (Answer(0), False, 903)])  # fmt: skip
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
