"""Where files are kept that only we have: a folder, or anything that speaks S3."""

import hashlib
import hmac
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

import requests

from backend.errors import Refusal

log = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-f]{40}\Z")


class StorageAway(Refusal):
    """The place for files cannot be had right now."""

    status = 503
    code = "storage_away"

    def __init__(self, reason: str) -> None:
        log.error("files cannot be kept or read: %s", reason)
        super().__init__("Files cannot be kept or read right now: try again later.", headers={"Retry-After": "30"})


class TooLarge(Exception):
    """The file has more bytes than may be kept."""


class Storage(Protocol):
    """A place for files, each under a key that cannot be guessed."""

    def save(self, chunks: Iterable[bytes], max_bytes: int) -> str:
        """Keep a file and give its key. Raises ``TooLarge``; nothing is kept then."""

    def open(self, key: str) -> Iterator[bytes]:
        """The file's bytes. Raises ``FileNotFoundError``."""

    def drop(self, key: str) -> None:
        """Delete a file; one that is not there is none."""


class Folder:
    """Files in a local folder, written aside and moved into place once complete."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, chunks: Iterable[bytes], max_bytes: int) -> str:
        """Keep a file. Raises ``TooLarge``."""
        key = secrets.token_hex(20)
        place = self._place(key)
        unfinished = place.with_suffix(".part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                for chunk in _limited(chunks, max_bytes):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(place)
        except OSError as error:
            raise StorageAway(f"{self._path}: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        return key

    def open(self, key: str) -> Iterator[bytes]:
        """Read a file."""
        if not _KEY.match(key):
            raise FileNotFoundError(key)
        return _read(self._place(key))

    def drop(self, key: str) -> None:
        """Delete a file."""
        if _KEY.match(key):
            self._place(key).unlink(missing_ok=True)

    def _place(self, key: str) -> Path:
        return self._path / key[:2] / key


class S3:
    """Files in a bucket of any service that speaks S3 (signature version 4).

    ``endpoint`` is the service's https address, to which the bucket is added as the first part of the path.
    """

    def __init__(self, endpoint: str, bucket: str, region: str, access_key: str, secret_key: str) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._bucket = bucket
        self._region = region
        self._access_key = access_key
        self._secret_key = secret_key
        self._session = requests.Session()
        self._session.trust_env = False

    def save(self, chunks: Iterable[bytes], max_bytes: int) -> str:
        """Keep a file. It is gathered in memory first, because its length and digest are signed."""
        key = secrets.token_hex(20)
        body = b"".join(_limited(chunks, max_bytes))
        self._call("PUT", key, body).close()
        return key

    def open(self, key: str) -> Iterator[bytes]:
        """Read a file."""
        answer = self._call("GET", key, b"") if _KEY.match(key) else None
        if answer is None or answer.status_code == 404:
            raise FileNotFoundError(key)
        return answer.iter_content(64 * 1024)

    def drop(self, key: str) -> None:
        """Delete a file; a bucket says 204 also where there was none."""
        if _KEY.match(key):
            self._call("DELETE", key, b"").close()

    def _call(self, method: str, key: str, body: bytes) -> requests.Response:
        path = f"/{quote(self._bucket)}/{key}"
        headers = self._signed(method, path, body, datetime.now(UTC))
        try:
            answer = self._session.request(
                method, self._endpoint + path, data=body or None, headers=headers, timeout=(5, 60), stream=True,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise StorageAway(f"the bucket does not answer: {type(error).__name__}") from error
        if answer.status_code != 404 and not 200 <= answer.status_code < 300:
            said = re.search(rb"<Code>(\w{1,60})</Code>", answer.raw.read(4096) or b"")
            answer.close()
            raise StorageAway(f"the bucket answered {answer.status_code} {said[1].decode() if said else ''}".rstrip())
        return answer

    def _signed(self, method: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
        """AWS Signature Version 4. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""
        stamp, digest = now.strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(body).hexdigest()
        scope = f"{stamp[:8]}/{self._region}/s3/aws4_request"
        headers = {"host": urlsplit(self._endpoint).netloc, "x-amz-content-sha256": digest, "x-amz-date": stamp}
        names = ";".join(headers)
        listed = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"{method}\n{path}\n\n{listed}\n{names}\n{digest}"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self._secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self._access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return {**headers, "Authorization": f"AWS4-HMAC-SHA256 {credential}"}


def _limited(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TooLarge(f"at most {max_bytes} bytes are kept")
        yield chunk


def _read(path: Path) -> Iterator[bytes]:
    file = path.open("rb")

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(64 * 1024):
                yield chunk

    return chunks()
