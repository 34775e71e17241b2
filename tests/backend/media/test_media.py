"""Files that pass through: whom we ask for them, how much we take, what a browser may do with them."""

import io
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from flask import Flask
from flask.testing import FlaskClient

from backend.media import views
from backend.media.fetch import CannotFetch, Fetcher, File, public_addresses
from backend.media.kinds import message_type, recognise
from backend.media.links import Links
from backend.media.storage import S3, Folder, TooLarge
from backend.seal import Sealer, new_key
from backend.web import problems
from tests.backend.stub_kommo import Answer, Asked, running_stub

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


class Site:
    """A file server with a certificate for files.example, on the loopback."""

    def __init__(self, url: str, ca: str) -> None:
        self.url, self.ca = url, ca
        self.answer: Callable[[str], tuple[int, dict[str, str], bytes]] = lambda path: (200, {}, PNG)
        self.asked: list[dict[str, str]] = []

    def fetcher(self, **more: Any) -> Fetcher:
        return Fetcher(resolve=lambda host, port: ["127.0.0.1"], ca_certs=self.ca, **more)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("files.example").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    site = Site(f"https://files.example:{server.server_port}", str(tmp_path / "ca.pem"))
    server.RequestHandlerClass = _handler(site)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(dict(self.headers.items()))
            status, headers, body = site.answer(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler


def test_a_file_is_fetched_from_the_address_that_was_checked_under_its_own_name(site: Site) -> None:
    file = site.fetcher().open(site.url + "/a.png")
    assert b"".join(file.chunks) == PNG
    assert site.asked[0]["Host"].startswith("files.example")
    assert "Cookie" not in site.asked[0]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "[::1]", ""]
)
def test_our_own_network_is_out_of_reach(host: str) -> None:
    with pytest.raises(CannotFetch):
        public_addresses(host.strip("[]"), 443) if host else Fetcher().open("https:///x")


@pytest.mark.parametrize(
    "url", ["http://files.example/", "file:///etc/passwd", "ftp://files.example/", "//files.example/", "https://[::1/"]
)
def test_only_https_is_followed(url: str) -> None:
    with pytest.raises((CannotFetch, ValueError)):
        Fetcher(resolve=lambda host, port: ["127.0.0.1"]).open(url)


def test_a_redirect_into_our_own_network_is_refused(site: Site) -> None:
    site.answer = lambda path: (302, {"Location": "https://169.254.169.254/latest/meta-data"}, b"")
    fetcher = Fetcher(
        resolve=lambda host, port: ["127.0.0.1"] if host == "files.example" else public_addresses(host, port),
        ca_certs=site.ca,
    )
    with pytest.raises(CannotFetch) as caught:
        fetcher.open(site.url + "/a")
    assert caught.value.is_forbidden


def test_redirects_are_followed_a_few_times_and_no_more(site: Site) -> None:
    site.answer = lambda path: (302, {"Location": path + "x"}, b"") if len(path) < 4 else (200, {}, PNG)
    assert b"".join(site.fetcher().open(site.url + "/").chunks) == PNG
    site.answer = lambda path: (302, {"Location": path}, b"")
    with pytest.raises(CannotFetch, match="redirects"):
        site.fetcher().open(site.url + "/")


def test_a_file_over_the_limit_is_not_taken_announced_or_not(site: Site) -> None:
    with pytest.raises(CannotFetch, match="108 bytes"):
        site.fetcher(max_bytes=50).open(site.url + "/")
    site.answer = lambda path: (200, {"Content-Length": "", "Connection": "close"}, PNG)
    with pytest.raises(CannotFetch):
        b"".join(site.fetcher(max_bytes=50).open(site.url + "/").chunks)


def test_a_certificate_for_another_name_is_refused(site: Site) -> None:
    with pytest.raises(CannotFetch):
        site.fetcher().open(site.url.replace("files.example", "other.example"))


@pytest.fixture
def http(tmp_path: Path) -> FlaskClient:
    app = Flask("test")
    problems.register(app)
    folder = Folder(tmp_path / "files")
    sources = {"stored": lambda key: File("", None, folder.open(key)), "web": _html}
    app.register_blueprint(views.blueprint(links=Links(SEALER, ""), sources=sources))
    app.config["folder"] = folder
    return app.test_client()


def _html(address: str) -> File:
    return File("text/html", None, iter([b"<script>alert(1)</script>"]))


SEALER = Sealer([new_key()])
LINKS = Links(SEALER, "")


def test_a_stored_picture_is_shown_by_its_link(http: FlaskClient) -> None:
    key = http.application.config["folder"].save([PNG], 1000)
    answer = http.get(LINKS.make("stored", key, "my photo.png"))
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["Content-Disposition"] == "inline"


def test_what_calls_itself_a_page_is_only_saved_and_never_run(http: FlaskClient) -> None:
    answer = http.get(LINKS.make("web", "https://x/evil.html"))
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/media/x/y", "/media/gAAAAABn/y"])
def test_a_link_that_we_did_not_make_leads_nowhere(http: FlaskClient, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("key", ["0" * 40, "../../etc/passwd", ""])
def test_a_file_that_is_not_there_is_not_found(http: FlaskClient, key: str) -> None:
    assert http.get(LINKS.make("stored", key)).status_code == 404


def test_a_file_over_the_limit_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        Folder(tmp_path).save([b"12345", b"67890"], 8)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_dropped_is_gone_and_dropping_it_again_is_no_error(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    key = folder.save([b"1"], 8)
    for dropped in (key, key, "../../etc/passwd"):
        folder.drop(dropped)
    with pytest.raises(FileNotFoundError):
        folder.open(key)


def test_a_bucket_gets_signed_requests_and_gives_the_file_back() -> None:
    kept: dict[str, bytes] = {}

    def bucket(asked: Asked) -> Answer:
        assert asked.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        if asked.method == "PUT":
            kept[asked.path] = asked.body
        if asked.method == "DELETE":
            return Answer(204 if kept.pop(asked.path, b"") else 404)
        return Answer(200 if asked.path in kept else 404, kept.get(asked.path, b""))

    with running_stub(bucket) as stub:
        storage = S3(stub.url, "files", "eu-1", "key", "secret")
        key = storage.save([b"ab", b"cd"], 10)
        assert b"".join(storage.open(key)) == b"abcd"
        with pytest.raises(FileNotFoundError):
            storage.open("0" * 40)
        storage.drop(key)
        assert kept == {}


def test_the_bucket_signature_is_the_published_one() -> None:
    from datetime import UTC, datetime

    storage = S3("https://examplebucket.s3.amazonaws.com", "b", "us-east-1", "AKIAIOSFODNN7EXAMPLE",
                 "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")  # fmt: skip
    headers = storage._signed("GET", "/", b"", datetime(2013, 5, 24, tzinfo=UTC))
    assert "20130524/us-east-1/s3/aws4_request" in headers["Authorization"]
    assert headers["x-amz-content-sha256"].startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize(
    ("first", "kind", "made"),
    [(PNG, "image/png", "picture"), (b"\xff\xd8\xff\xe0", "image/jpeg", "picture"), (b"GIF89a", "image/gif", "picture"),
     (b"RIFF0000WEBP", "image/webp", "picture"), (b"OggS", "audio/ogg", "voice"),
     (b"\x00\x00\x00\x18ftypmp42", "video/mp4", "video"), (b"<svg onload=x>", "application/octet-stream", "file")],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(first: bytes, kind: str, made: str) -> None:
    assert recognise(first) == kind
    assert message_type(kind) == made
    assert io.BytesIO(first).read() == first
