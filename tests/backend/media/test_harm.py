"""Links and file servers that mean harm, and a store that is away."""

import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from flask import Flask

from backend.errors import NeighbourError
from backend.media import views
from backend.media.fetch import CannotFetch, Fetcher, File, is_public, public_addresses
from backend.media.links import Links
from backend.media.room import Media
from backend.media.storage import S3, Folder, StorageAway, TooLarge
from backend.seal import Sealer, new_key
from backend.web import problems
from tests.backend.media.test_media import PNG, Site, site
from tests.backend.stub_kommo import Answer, running_stub

__all__ = ["site"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "::", "::1", "fe80::1",
     "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "ff0e::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
     "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
     "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "5f00::1", "100::1"],
)  # fmt: skip
def test_an_address_that_leads_into_somebodys_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["149.154.167.220", "8.8.8.8", "2001:67c:4e8:f004::9", "2606:4700::1111"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost.", "ip6-localhost"]
)
def test_an_address_in_disguise_is_seen_through(host: str) -> None:
    with pytest.raises(CannotFetch):
        public_addresses(host, 443)


def test_a_name_with_one_address_inside_and_one_outside_is_refused(site: Site) -> None:
    with pytest.raises(CannotFetch, match="not on the public internet"):
        Fetcher(resolve=lambda host, port: public_addresses("localhost", port)).open(site.url)


def test_a_name_that_answers_differently_the_second_time_gets_the_address_that_was_checked(site: Site) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    fetcher = Fetcher(resolve=lambda host, port: answers.pop(0), ca_certs=site.ca)
    assert b"".join(fetcher.open(site.url).chunks) == PNG
    assert len(answers) == 1


@pytest.mark.parametrize(
    "url",
    ["https://[::1/", "https://files.example:99999/", "https://files.example:x/", "https://", "https:///x",
     "https://\x00/", "http://files.example/", "file:///etc/passwd", "gopher://files.example/", "", "https://a b/",
     "https://%/", "data:,x", "https://files.example\\@127.0.0.1/", "https://user:password@127.0.0.1/", "https://xn--/",
     "https://" + "a" * 300 + ".example/", "https://..example/"],
)  # fmt: skip
def test_a_link_that_makes_no_sense_is_no_error_of_ours(url: str) -> None:
    with pytest.raises(CannotFetch):
        Fetcher().open(url)


def test_credentials_in_a_link_are_sent_to_nobody(site: Site) -> None:
    url = site.url.replace("https://", "https://user:password@")
    assert b"".join(site.fetcher().open(url).chunks) == PNG
    assert "Authorization" not in site.asked[0]
    assert "password" not in site.asked[0]["Host"]


@pytest.mark.parametrize(
    "location",
    ["https://[::1/", "http://files.example/", "file:///etc/passwd", "//127.0.0.1/", "https://2130706433/"],
)
def test_a_redirect_that_leads_astray_is_not_followed(site: Site, location: str) -> None:
    site.answer = lambda path: (302, {"Location": location}, b"")

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "files.example" else public_addresses(host, port)

    with pytest.raises(CannotFetch):
        Fetcher(resolve=resolve, ca_certs=site.ca).open(site.url + "/a")
    assert len(site.asked) == 1


def test_a_link_with_letters_of_any_script_is_fetched(site: Site) -> None:
    assert b"".join(site.fetcher().open(site.url + "/файлы/счёт 1.pdf?имя=я").chunks) == PNG


@pytest.mark.parametrize("length", ["9" * 5000, "5, 5", "-1", "abc", "1" * 30])
def test_a_length_that_is_none_does_not_break_anything(site: Site, length: str) -> None:
    site.answer = lambda path: (200, {"Content-Length": length, "Connection": "close"}, PNG)
    with pytest.raises(CannotFetch):
        b"".join(site.fetcher(max_bytes=50).open(site.url).chunks)


def test_a_file_that_ends_before_its_announced_length_is_told_as_broken(site: Site) -> None:
    site.answer = lambda path: (200, {"Content-Length": "5000", "Connection": "close"}, PNG)
    with pytest.raises(CannotFetch, match="broke off"):
        b"".join(site.fetcher().open(site.url).chunks)


def test_a_compressed_file_is_handed_on_as_it_is_and_never_blown_up(site: Site) -> None:
    bomb = zlib.compress(b"0" * 10_000_000)
    site.answer = lambda path: (200, {"Content-Encoding": "deflate"}, bomb)
    assert b"".join(site.fetcher(max_bytes=20_000).open(site.url).chunks) == bomb


@contextmanager
def slow(folder: Path, said: bytes, drops: Callable[[], Iterator[bytes]]) -> Iterator[tuple[str, str]]:
    """A file server of TLS that answers in drops."""
    authority, context, is_over = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), threading.Event()
    authority.cert_pem.write_to_path(str(folder / "slow.pem"))
    authority.issue_cert("files.example").configure_cert(context)

    def serve(listening: socket.socket) -> None:
        plain, _ = listening.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as talking:
                talking.recv(65_536)
                talking.sendall(said)
                for drop in drops():
                    talking.sendall(drop)
                    if is_over.wait(0.05):
                        return
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=[listening])
        thread.start()
        yield f"https://files.example:{listening.getsockname()[1]}/", str(folder / "slow.pem")
        is_over.set()
        thread.join(20)


@pytest.mark.parametrize(
    "said", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["body", "head"]
)
def test_a_file_that_comes_in_drops_is_let_go_after_the_whole_time(tmp_path: Path, said: bytes) -> None:
    begun_at = time.monotonic()
    with slow(tmp_path, said, lambda: iter([b"x"] * 400)) as (url, ca), pytest.raises(CannotFetch):
        b"".join(Fetcher(resolve=lambda host, port: ["127.0.0.1"], ca_certs=ca, whole_s=0.7).open(url).chunks)
    assert time.monotonic() - begun_at < 5


@pytest.mark.parametrize(
    ("answer", "error"),
    [(Answer(503), StorageAway), (Answer(403, b"<Error><Code>RequestTimeTooSkewed</Code></Error>"), StorageAway),
     (Answer(301, headers={"Location": "https://elsewhere.example/"}), StorageAway), (Answer(0), StorageAway)],
    ids=["503", "skew", "301", "gone"],
)  # fmt: skip
def test_a_bucket_that_fails_is_told_from_a_file_that_is_not_there(answer: Answer, error: type[Exception]) -> None:
    with running_stub(lambda asked: answer) as stub:
        storage = S3(stub.url, "files", "eu-1", "key", "secret")
        for act in (lambda: storage.save([b"1"], 5), lambda: storage.open("0" * 40), lambda: storage.drop("0" * 40)):
            with pytest.raises(error) as caught:
                act()
            assert "secret" not in str(caught.value)


def test_a_bucket_gets_nothing_of_a_file_that_is_too_large() -> None:
    with running_stub() as stub:
        with pytest.raises(TooLarge):
            S3(stub.url, "files", "eu-1", "key", "secret").save([b"12345", b"67890"], 8)
        assert stub.asked == []


def test_while_the_store_is_away_a_visitor_is_asked_to_try_again() -> None:
    def away(key: str) -> File:
        raise StorageAway("the bucket answered 503")

    app, links = Flask("test"), Links(Sealer([new_key()]), "")
    problems.register(app)
    app.register_blueprint(views.blueprint(links=links, sources={"stored": away}))
    answer = app.test_client().get(links.make("stored", "0" * 40))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_bot_api_of_ones_own_gives_out_its_files() -> None:
    """The operator has named its address, plain http and on the own network as it may be."""
    with running_stub(lambda asked: Answer(200, PNG)) as stub:
        assert b"".join(Fetcher().open(stub.url + "/file/bot1/photos/1.jpg", trusted=stub.url).chunks) == PNG
        for url in ("http://127.0.0.1:1/file/bot1/photos/1.jpg", stub.url.replace("//", "//evil.example@") + "/x"):
            with pytest.raises(CannotFetch):
                Fetcher().open(url, trusted=stub.url)


def test_a_bot_api_of_ones_own_cannot_redirect_further_into_the_own_network() -> None:
    inside = Answer(302, headers={"Location": "http://127.0.0.1:1/secrets"})
    with running_stub(lambda asked: inside) as stub, pytest.raises(CannotFetch):
        Fetcher().open(stub.url + "/file", trusted=stub.url)


def test_a_file_is_read_whole_or_its_trouble_told(site: Site) -> None:
    room = Media(Links(Sealer([new_key()]), ""), Folder(Path()), site.fetcher())
    assert room.read(site.url + "/a.png", 1000) == PNG
    for url, most, is_final in (
        (site.url, 50, True),
        ("http://x/", 50, True),
        (site.url.replace("files", "no"), 9, False),
    ):
        with pytest.raises(NeighbourError) as caught:
            room.read(url, most)
        assert caught.value.permanent is is_final
