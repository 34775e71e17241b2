"""The client over real sockets: redirects, errors, lost answers, and what it never does."""

import gzip
import json
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from backend.kommo.client import (
    AnswerLost,
    ForeignRedirect,
    KommoClient,
    KommoError,
    NotJson,
    Request,
    Unreachable,
)
from tests.backend.stub_kommo import Answer, Stub, running_stub

RULES = json.loads(Path("tests/golden/crm_redirects.json").read_text(encoding="utf-8"))
BEARER = {"Authorization": "Bearer abc", "X-Refresh-Token": "rt"}


@pytest.fixture
def stub() -> Any:
    with running_stub() as running:
        yield running


@pytest.fixture
def client(stub: Stub) -> Any:
    client = KommoClient(stub.url)
    yield client
    client.close()


def moved_to(location: Any, status: Any = 308) -> Any:
    """Answer the first request with a redirect, the others with 200."""
    return lambda asked: Answer(status, headers={"Location": location}) if asked.path == "/old" else Answer(200)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_inside_the_list_keeps_everything(stub: Stub, client: KommoClient, method: str, status: int) -> None:
    stub.script = moved_to("https://sub.kommo.com/new", status)
    answer = client.call(Request(method, "https://sub.amocrm.com/old", BEARER, b'{"a": 1}'))
    first, second = stub.asked
    assert (first.host, second.host) == ("sub.amocrm.com", "sub.kommo.com")
    assert (second.method, second.body) == (method, b'{"a": 1}')
    assert second.headers["Authorization"] == "Bearer abc"
    assert answer.url == "https://sub.kommo.com/new"


@pytest.mark.parametrize("rule", [r for r in RULES["requests_method_rules"] if r["code"] < 304], ids=str)
def test_a_redirect_that_would_lose_the_body_is_refused(stub: Stub, client: KommoClient, rule: Any) -> None:
    stub.script = moved_to("https://sub.kommo.com/new", rule["code"])
    with pytest.raises(ForeignRedirect):
        client.call(Request(rule["method"], "https://sub.kommo.com/old", BEARER))
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/new",
        "//evil.example/new",
        "http://sub.kommo.com/new",
        "https://sub.kommo.com:8443/new",
        "https://sub.kommo.com@evil.example/",
        "https://evil.example\\.kommo.com/",
        "https://kommo.com.evil.example/",
        "https://www.kommo.com/",
        "file:///etc/passwd",
        "https://[::1]/",
        "https://amojo.kommo.com/new",
        "https://sub.amocrm.ru/new",
        "",
    ],
)
def test_a_redirect_outside_the_list_is_not_followed(stub: Stub, client: KommoClient, location: Any) -> None:
    stub.script = moved_to(location)
    with pytest.raises(ForeignRedirect):
        client.call(Request("POST", "https://sub.kommo.com/old", BEARER, b"secret"))
    assert len(stub.asked) == 1


def test_a_chat_request_is_signed_anew_at_every_hop(stub: Stub, client: KommoClient) -> None:
    stub.script = moved_to("https://amojo.amocrm.com/v2/new")
    paths = []

    def sign(path: Any) -> Any:
        paths.append(path)
        return {"X-Signature": f"signed {path} {len(paths)}"}

    client.call(Request("POST", "https://amojo.kommo.com/old", {}, b"{}", sign))
    assert [asked.headers["X-Signature"] for asked in stub.asked] == ["signed /old 1", "signed /v2/new 2"]


def test_a_chat_request_never_leaves_for_an_account_host(stub: Stub, client: KommoClient) -> None:
    stub.script = moved_to("https://sub.kommo.com/new")
    with pytest.raises(ForeignRedirect):
        client.call(Request("POST", "https://amojo.kommo.com/old", {}, b"{}", lambda path: {}))
    assert len(stub.asked) == 1


def test_a_chat_request_never_leaves_for_the_other_platform(stub: Stub, client: KommoClient) -> None:
    stub.script = moved_to("https://amojo.amocrm.ru/v2/new")
    with pytest.raises(ForeignRedirect):
        client.call(Request("POST", "https://amojo.kommo.com/old", {}, b"{}", lambda path: {}))
    assert len(stub.asked) == 1


@pytest.mark.parametrize("host", ["sub.kommo.com", "sub.amocrm.com", "sub.amocrm.ru"])
def test_accounts_of_both_platforms_are_called(stub: Stub, client: KommoClient, host: str) -> None:
    client.call(Request("GET", f"https://{host}/x"))
    assert [asked.host for asked in stub.asked] == [host]


def test_redirects_in_a_circle_end(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(308, headers={"Location": "/old"})
    with pytest.raises(ForeignRedirect, match="more than 3"):
        client.call(Request("GET", "https://sub.kommo.com/old"))
    assert len(stub.asked) == 4


def test_a_call_outside_the_list_never_opens_a_connection(stub: Stub, client: KommoClient) -> None:
    with pytest.raises(ForeignRedirect):
        client.call(Request("GET", "https://evil.example/"))
    assert stub.asked == []


def test_an_html_page_in_place_of_json_is_its_own_error(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(200, b"<html>sign in</html>", {"Content-Type": "text/html"})
    with pytest.raises(NotJson, match="text/html"):
        client.call(Request("GET", "https://sub.kommo.com/api/v4/account")).json()


def test_an_html_403_is_a_rate_block_and_may_be_tried_again(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(403, b"<html>403</html>", {"Content-Type": "text/html"})
    with pytest.raises(KommoError) as caught:
        client.call(Request("GET", "https://sub.kommo.com/x"))
    assert (caught.value.status, caught.value.permanent, caught.value.retry_after_s) == (403, False, 60)


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        (Answer(429, {"retry_after": 300}), 300),
        (Answer(429, b"", {"Retry-After": "7"}), 7),
        (Answer(429, b"", {"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}), 0),
        (Answer(429, b"", {"Retry-After": "soon"}), None),
        (Answer(429, b"", {"Retry-After": "nan"}), None),
        (Answer(503, b"", {"Retry-After": "999999999"}), 86_400),
    ],
)
def test_the_wait_that_kommo_asks_for_is_read(stub: Stub, client: KommoClient, answer: Any, wait_s: Any) -> None:
    stub.script = lambda asked: answer
    with pytest.raises(KommoError) as caught:
        client.call(Request("GET", "https://sub.kommo.com/x"))
    assert (caught.value.permanent, caught.value.retry_after_s) == (False, wait_s)


def test_a_refusal_carries_its_hint_and_is_permanent(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(401, {"hint": "Token has been revoked"})
    with pytest.raises(KommoError, match="Token has been revoked") as caught:
        client.call(Request("GET", "https://sub.kommo.com/x"))
    assert (caught.value.permanent, caught.value.is_uncertain, caught.value.host) == (True, False, "sub.kommo.com")


def test_an_answer_lost_after_sending_is_told_from_a_connection_never_made(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(0)
    with pytest.raises(AnswerLost) as caught:
        client.call(Request("POST", "https://sub.kommo.com/x", {}, b"{}"))
    assert caught.value.is_uncertain
    assert len(stub.asked) == 1, "nothing is sent twice by the client itself"


def test_a_connection_never_made_is_certain() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = KommoClient(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unreachable) as caught:
            client.call(Request("GET", "https://sub.kommo.com/x"))
    assert not caught.value.is_uncertain


def test_the_proxies_of_the_environment_are_ignored(stub: Stub, client: KommoClient) -> None:
    os.environ["HTTP_PROXY"] = os.environ["ALL_PROXY"] = "http://127.0.0.1:9"
    try:
        assert client.call(Request("GET", "https://sub.kommo.com/x")).status == 200
    finally:
        del os.environ["HTTP_PROXY"], os.environ["ALL_PROXY"]


def test_calls_go_over_one_connection(stub: Stub, client: KommoClient) -> None:
    for host in ("sub.kommo.com", "sub.kommo.com", "other.kommo.com"):
        client.call(Request("GET", f"https://{host}/x"))
    assert len({asked.port for asked in stub.asked}) == 1


def test_an_answer_without_a_body_leaves_its_connection_to_the_next_call(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(204)
    for _ in range(2):
        assert client.call(Request("DELETE", "https://sub.kommo.com/x")).json() is None
    assert len({asked.port for asked in stub.asked}) == 1


def test_a_compressed_answer_is_read(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(200, gzip.compress(b'{"id": 1}'), {"Content-Encoding": "gzip"})
    assert client.call(Request("GET", "https://sub.kommo.com/x")).json() == {"id": 1}
    assert "gzip" in stub.asked[0].headers["Accept-Encoding"]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_server_is_called_if_an_authority_that_we_trust_vouches_for_it(tmp_path: Path, is_known: bool) -> None:
    ours, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (ours if is_known else trustme.CA()).issue_cert("127.0.0.1").configure_cert(context)
    ours.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with running_stub(tls=context) as stub:
        client = KommoClient(stub.url, authority=str(tmp_path / "ca.pem"))
        call = Request("GET", "https://sub.kommo.com/x")
        if is_known:
            assert client.call(call).status == 200
        else:
            with pytest.raises(Unreachable):
                client.call(call)
        client.close()
    assert len(stub.asked) == is_known


def test_a_cookie_of_one_account_is_never_sent_again(stub: Stub, client: KommoClient) -> None:
    stub.script = lambda asked: Answer(200, headers={"Set-Cookie": "session=1; Path=/"})
    for _ in range(2):
        client.call(Request("GET", "https://sub.kommo.com/x"))
    assert "Cookie" not in stub.asked[1].headers


class Purse:
    """A budget that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def spend(self, host: str) -> None:
        self.asked.append(host)

    def hold(self, host: str, wait_s: float) -> None:
        self.asked.append((host, wait_s))


def test_a_budget_is_asked_before_every_call_to_an_account_and_told_to_wait(stub: Stub) -> None:
    purse = Purse()
    client = KommoClient(stub.url, budget=purse)
    client.call(Request("POST", "https://amojo.kommo.com/x", {}, b"", lambda path: {}))
    client.call(Request("GET", "https://sub.kommo.com/x"))
    stub.script = lambda asked: Answer(429, {"retry_after": 9})
    with pytest.raises(KommoError):
        client.call(Request("GET", "https://sub.kommo.com/x"))
    client.close()
    assert purse.asked == ["sub.kommo.com", "sub.kommo.com", ("sub.kommo.com", 9.0)]
