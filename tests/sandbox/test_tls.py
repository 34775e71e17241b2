"""The sandbox answers https under Kommo's true names, and its authority vouches for them and nobody else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from sandbox import tls


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server that greets over TLS: its port and its authority's file."""
    app = Flask("greeting")
    app.add_url_rule("/", view_func=lambda: "hello")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    tls.wrap(server, tls.make_authority(tmp_path / "made" / "authority.pem"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, tmp_path / "made" / "authority.pem"
    server.shutdown()
    thread.join()
    server.server_close()


def greeting(port: int, authority: Path, name: str) -> bytes:
    """Ask for the first page under ``name``, trusting ``authority`` alone."""
    context = ssl.create_default_context(cafile=str(authority))
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with plain, context.wrap_socket(plain, server_hostname=name) as trusted:
        trusted.sendall(f"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
        return b"".join(iter(lambda: trusted.recv(4096), b""))


@pytest.mark.parametrize(
    "name", ["demo.kommo.com", "amojo.kommo.com", "demo.amocrm.com", "demo.amocrm.ru", "localhost"]
)
def test_a_client_that_trusts_the_authority_reaches_the_true_names(https: tuple[int, Path], name: str) -> None:
    assert greeting(*https, name).endswith(b"hello")


@pytest.mark.parametrize("name", ["a.b.kommo.com", "kommo.com.evil.example", "example.com"])
def test_no_other_name_is_vouched_for(https: tuple[int, Path], name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        greeting(*https, name)


def test_a_silent_client_does_not_keep_others_waiting(https: tuple[int, Path]) -> None:
    with socket.create_connection(("127.0.0.1", https[0])):
        assert greeting(*https, "demo.kommo.com").endswith(b"hello")
