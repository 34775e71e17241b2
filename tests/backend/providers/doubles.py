"""Imitations of the messengers that we speak to: a Bot API, and somebody's own service."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from backend.providers.http.signature import is_genuine
from tests.backend.stub_kommo import Answer, Asked

TOKEN = "123456:telegram-token"


@dataclass
class BotApiDouble:
    """Answers as Telegram does; ``sent`` grows by method and members. Only chat 77 exists."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    next_answer: Answer | None = None
    fails_at: dict[int, Answer] = field(default_factory=dict)  # by the number of the call that sends

    def __call__(self, asked: Asked) -> Answer:
        if asked.path == f"/file/bot{TOKEN}/photos/1.jpg":
            return Answer(200, b"\xff\xd8\xff a photo")
        prefix = f"/bot{TOKEN}/"
        if not asked.path.startswith(prefix):
            return Answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        if self.next_answer:
            answer, self.next_answer = self.next_answer, None
            return answer
        method, body = asked.path.removeprefix(prefix), _members(asked)
        if str(body.get("document", "")).endswith(".docx"):
            description = "Bad Request: wrong type of the web page content"
            return Answer(400, {"ok": False, "error_code": 400, "description": description})
        if "chat_id" in body and body["chat_id"] != "77":
            return Answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})
        if "chat_id" in body and (failure := self.fails_at.pop(len(self.sent) + 1, None)):
            return failure
        self.sent.append((method, body))
        results: dict[str, Any] = {
            "getMe": {"id": 123456, "is_bot": True, "first_name": "Acme bot", "username": "acme_bot"},
            "getFile": {"file_id": "f1", "file_path": "photos/1.jpg"},
        }
        return Answer(200, {"ok": True, "result": results.get(method, {"message_id": 500 + len(self.sent)})})

    def texts(self) -> list[str]:
        return [body["text"] for method, body in self.sent if method == "sendMessage"]


def _members(asked: Asked) -> dict[str, Any]:
    """The members of a call; of a file that was uploaded, its bytes."""
    kind = asked.headers.get("Content-Type", "")
    if not kind.startswith("multipart/form-data"):
        members: dict[str, Any] = asked.json
        return members
    with Request.from_values(data=asked.body, headers={"Content-Type": kind}, method="POST") as form:
        return {**form.form, **{name: (file.filename, file.read()) for name, file in form.files.items()}}


@dataclass
class ServiceDouble:
    """Somebody's own service: checks signatures, recognises a repeat by its key. Only conversation 77 exists."""

    secret: str = "service-secret"
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    next_answer: Answer | None = None

    def __call__(self, asked: Asked) -> Answer:
        import time

        if not is_genuine(self.secret, asked.headers, asked.path, asked.body, time.time()):
            return Answer(403, {"reason": "bad signature"})
        if self.next_answer:
            answer, self.next_answer = self.next_answer, None
            return answer
        body = json.loads(asked.body)
        self.calls.append((asked.path, body))
        if asked.path == "/check":
            known = (body["login"], body["password"]) == ("acme", "correct horse")
            return Answer(200, {"key": "line-1", "title": "Acme"}) if known else Answer(422, {"reason": "unknown"})
        if body.get("conversation") not in (None, "77"):
            return Answer(404, {"reason": "no such conversation", "code": 904})
        if asked.path == "/messages":
            self.seen[asked.headers["Idempotency-Key"]] = body
            return Answer(200, {"id": f"s-{body['id']}"})
        return Answer(200, {"conversation": "77"})

    def texts(self) -> list[str]:
        return [body["text"] for body in self.seen.values()]


@contextmanager
def dripping(
    body: bytes, pause_s: float, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
) -> Iterator[str]:
    """A server that sends its answer byte after byte."""
    is_over = threading.Event()

    def serve(listening: socket.socket) -> None:
        talking, _ = listening.accept()
        with talking:
            talking.recv(65_536)
            talking.sendall(head)
            for byte in body:
                if is_over.wait(pause_s):
                    return
                try:
                    talking.sendall(bytes([byte]))
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=[listening])
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        is_over.set()
        thread.join()
