"""A Chromium for which Kommo's true host names lead to a sandbox on this machine."""

import base64
import hashlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Playwright

from programs import chromium
from programs.kit import Kit

ORIGIN = "https://demo.kommo.com"


@contextmanager
def browser_at_kommo(playwright: Playwright, path: Path, kit: Kit) -> Iterator[Browser]:
    """A browser in which ``https://demo.kommo.com`` is the kit's sandbox, and the only host there is.

    It trusts the one certificate that the sandbox shows and checks all else as ever, so the page is a secure context.
    """
    args = [
        *chromium.FLAGS,
        f"--host-resolver-rules=MAP *.kommo.com 127.0.0.1:{kit.tls_port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={_key_hash(kit)}",
    ]
    opened = playwright.chromium.launch(executable_path=path, args=args)
    try:
        yield opened
    finally:
        opened.close()


def _key_hash(kit: Kit) -> str:
    """Hash of the public key that the sandbox shows, once its authority has vouched for it."""
    context = ssl.create_default_context(cafile=str(kit.authority))
    plain = socket.create_connection(("127.0.0.1", kit.tls_port or 0), timeout=10)
    with plain, context.wrap_socket(plain, server_hostname="demo.kommo.com") as trusted:
        certificate = x509.load_der_x509_certificate(trusted.getpeercert(binary_form=True) or b"")
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode("ascii")
