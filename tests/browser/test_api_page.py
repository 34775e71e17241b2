"""The API's own page: it draws every operation, and sends what a person writes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from backend.app import ALL_OPERATIONS, create_app, open_backend
from backend.migrations import upgrade
from backend.settings import Settings

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/test.db")
    backend = open_backend(settings)
    upgrade(backend.engine)
    server = make_server("127.0.0.1", 0, create_app(settings, backend), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
    backend.engine.dispose()


def test_an_operation_is_tried_from_the_page(address: str, browser: Browser) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/docs")
    expect(page.locator("details")).to_have_count(len(ALL_OPERATIONS))
    page.get_by_label("X-Auth-Token").fill("not.a.token")
    operation = page.locator("details").filter(has_text="List the account's lines")
    operation.locator("summary").click()
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("pre")).to_contain_text('"code": "token_invalid"')
    assert complaints == []
    page.close()
