"""`APP.notifications` and who subscribed to them with `APP.addNotificationCallback`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from sandbox.amojo.reading import Part
from tests.support.host_page import CODE, Host, archive, manifest, probe, running_host

pytestmark = pytest.mark.browser
SUBSCRIBE = f"APP.addNotificationCallback('{CODE}', function (data) {{ calls.push(['told', data.body]); }});"


@pytest.fixture
def running(host: Host) -> Host:
    host.install()
    host.visit("/leads/pipeline/")
    return host


@pytest.fixture
def subscriber(browser: Browser, tmp_path: Path) -> Iterator[Host]:
    """A widget that lives through all areas and has subscribed in its constructor."""
    about = manifest()["widget"] | {"init_once": True}
    with running_host(browser, archive(tmp_path / "w.zip", script=probe(SUBSCRIBE), widget=about)) as host:
        host.install()
        host.visit("/leads/pipeline/")
        yield host


def told(host: Host) -> list[Any]:
    """Title, texts and address of each notification that the widget was told."""
    host.page.wait_for_function("window.calls.some((call) => call[0] === 'told')")
    bodies = [call[1] for call in host.calls() if call[0] == "told"]
    return [(body["title"], [row["text"] for row in body["rows"]], body["actions"]["click"]["url"]) for body in bodies]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        ("show_message({header: 'Line', text: 'is up'})", "message", "is up"),
        ("show_message_error({header: 'Line', text: 'is gone'})", "error", "is gone"),
        ("show_notification({type: 'call', text: {header: 'Call', text: 'from Vera'}})", "call", "from Vera"),
        ("show_notification({type: 'error', text: {header: 'Line', text: 'is gone'}})", "error", "is gone"),
        ("add_error({text: 'is stored'})", "error", "is stored"),
        ("add_call({text: 'Incoming', from: '+15550100', element: {name: 'Vera'}})", "call", "Vera"),
    ],
)  # fmt: skip
def test_every_notification_is_shown_in_its_kind(running: Host, call: str, kind: str, text: str) -> None:
    running.page.evaluate(f"APP.notifications.{call}")
    expect(running.page.locator(f".notification_{kind}")).to_contain_text(text)


def test_a_stored_notification_answers_through_its_callbacks(running: Host) -> None:
    answered = "(answer) => APP.notifications.add_error({text: 'x'}, {done: () => answer('done')})"
    assert running.page.evaluate(f"new Promise({answered})") == "done"


def test_a_subscriber_hears_of_calls_and_stored_errors_and_not_of_mere_messages(subscriber: Host) -> None:
    call = "{text: 'Incoming', from: '+15550100', click_link: '/contacts/add/'}"
    subscriber.page.evaluate(f"APP.notifications.show_message({{text: 'x'}}); APP.notifications.add_call({call})")
    assert told(subscriber) == [("Call", ["Incoming", "+15550100"], "/contacts/add/")]


def test_a_subscriber_hears_of_a_visitors_message(subscriber: Host) -> None:
    world = subscriber.world
    connect = {"account_id": world.accounts.first.amojo_id, "title": "Chat", "hook_api_version": "v2"}
    scope = world.channels.scopes[world.channels.connect(world.registered.channel, Part(connect))["scope_id"]]
    payload = {
        "timestamp": 1780000001, "msec_timestamp": 1780000001000, "msgid": "m-1", "conversation_id": "c-1",
        "sender": {"id": "v-1", "name": "Vera"}, "message": {"type": "text", "text": "Roses?"}, "silent": False,
    }  # fmt: skip
    world.chats.write(scope, Part({"event_type": "new_message", "payload": payload}))
    chat = next(iter(world.chats.chats))
    assert told(subscriber) == [("Vera", ["Roses?"], f"/chats/{chat}/")]


def test_a_widget_that_is_built_anew_in_every_area_hears_nothing_and_is_told_why(running: Host) -> None:
    running.page.evaluate(f"APP.addNotificationCallback('{CODE}', () => window.calls.push(['told']))")
    assert any("init_once: true" in notice for notice in running.notices())
    done = "new Promise((done) => APP.notifications.add_error({text: 'x'}, {always: () => done(true)}))"
    assert running.page.evaluate(done)
    assert "told" not in running.called()


def test_what_a_subscriber_throws_is_shown_and_stops_nobody(subscriber: Host) -> None:
    subscriber.page.evaluate(f"APP.addNotificationCallback('{CODE}', () => {{ throw new Error('deaf'); }})")
    done = "new Promise((done) => APP.notifications.add_error({text: 'x'}, {done: () => done(true)}))"
    assert subscriber.page.evaluate(done)
    assert any("deaf" in notice for notice in subscriber.notices())
