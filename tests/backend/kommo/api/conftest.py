"""An account's API over real HTTP: the client under test, and a stub that replays golden answers."""

from collections.abc import Iterator

import pytest

from backend.kommo.api import Api
from backend.kommo.client import KommoClient
from tests.backend.stub_kommo import Stub, running_stub

HOST = "acmetest.kommo.com"


class Tokens:
    """A token source that counts how often it is asked for a newer token."""

    def __init__(self) -> None:
        self.now = "token-1"
        self.refused: list[str] = []
        self.newer = "token-2"

    def __call__(self, refused: str | None = None) -> str:
        if refused is not None:
            self.refused.append(refused)
            self.now = self.newer
        return self.now


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running_stub() as running:
        yield running


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def api(stub: Stub, tokens: Tokens) -> Iterator[Api]:
    client = KommoClient(stub.url)
    yield Api(client.call, HOST, tokens)
    client.close()
