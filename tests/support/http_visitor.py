"""A visitor of the web chat without a browser."""

import time
import uuid
from typing import Any

import requests

PATIENCE_S = 20


class HttpVisitor:
    """Writes and reads at ``url``, the address of a line's chat page, by its HTTP interface."""

    def __init__(self, url: str) -> None:
        self.url = url
        token = requests.post(f"{url}/visitors", timeout=10).json()["token"]
        self.headers = {"X-Visitor-Token": token}

    def write(self, text: str) -> requests.Response:
        """Send a message and return the answer."""
        body = {"id": str(uuid.uuid4()), "text": text}
        return requests.post(f"{self.url}/messages", json=body, headers=self.headers, timeout=10)

    def wait_until_closed(self) -> None:
        """Return once a message is refused because nobody reads the line any more."""
        deadline = time.monotonic() + PATIENCE_S
        while (answer := self.write("Anybody?")).ok:
            assert time.monotonic() < deadline, f"the line is still open after {PATIENCE_S} s"
            time.sleep(0.05)
        assert (answer.status_code, answer.json()["code"]) == (409, "line_closed")

    def heard(self) -> list[str]:
        """The texts that managers have sent so far, in order."""
        events: list[dict[str, Any]] = requests.get(f"{self.url}/messages", headers=self.headers, timeout=10).json()[
            "events"
        ]
        return [event["text"] for event in events if event["kind"] == "message" and event["from"] == "manager"]

    def wait_for(self, text: str) -> list[str]:
        """Return all that was heard once ``text`` is among it."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (texts := self.heard()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} did not come within {PATIENCE_S} s; heard: {texts}")
            time.sleep(0.05)
        return texts
