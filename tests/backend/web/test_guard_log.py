"""Which requests leave a line in the log."""

import logging

import pytest
from flask import Flask, abort

from backend.web import guard


@pytest.mark.parametrize(
    ("path", "is_logged"), [("/hooks/amojo/taken", False), ("/hooks/amojo/refused", True), ("/other", True)]
)
def test_a_hook_that_was_taken_leaves_no_line_and_one_that_was_refused_does(
    path: str, is_logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = Flask("test")
    app.add_url_rule("/hooks/amojo/taken", view_func=lambda: "", endpoint="taken")
    app.add_url_rule("/hooks/amojo/refused", view_func=lambda: abort(403), endpoint="refused")
    app.add_url_rule("/other", view_func=lambda: "", endpoint="other")
    guard.register(app, is_https=True, unlogged=("/hooks/amojo/",))
    with caplog.at_level(logging.INFO, "backend.access"):
        app.test_client().get(path)
    assert ([vars(record)["path"] for record in caplog.records] == [path]) is is_logged
