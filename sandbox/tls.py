"""https for Kommo's true names on this machine, by a certificate authority that is made anew at each start.

A client that trusts the authority's file, and finds the names on loopback, runs unmodified.
"""

import ssl
from pathlib import Path

import trustme
from werkzeug.serving import BaseWSGIServer

from sandbox.hosts import ZONES

NAMES = (*(f"*.{zone}" for zone in ZONES), "localhost", "127.0.0.1")


def make_authority(file: Path) -> trustme.CA:
    """Make an authority and write its certificate, which clients are to trust, to ``file``."""
    authority = trustme.CA(organization_name="Kommo Channel Kit sandbox")
    file.parent.mkdir(parents=True, exist_ok=True)
    authority.cert_pem.write_to_path(str(file))
    return authority


def wrap(server: BaseWSGIServer, authority: trustme.CA) -> None:
    """Make a bound server speak TLS under ``NAMES``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*NAMES).configure_cert(context)
    # The handshake waits for the request's own thread: a silent client must not keep others from being accepted.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.ssl_context = context
