"""The inbox: a visitor's message appears by itself, a manager answers, and delivery is marked."""

import pytest
from playwright.sync_api import expect

from sandbox.amojo.reading import Part
from sandbox.amojo.records import Scope
from tests.support.host_page import Host, said

pytestmark = pytest.mark.browser


def test_a_message_appears_in_the_open_inbox_by_itself(host: Host, scope: Scope) -> None:
    host.visit("/chats/")
    expect(host.page.locator(".chat-rows .empty")).to_be_visible()
    host.world.chats.write(scope, said("Do you have roses?", 1))
    host.page.click(".chat-row")
    expect(host.page.locator(".bubble")).to_contain_text("Do you have roses?")
    host.world.chats.write(scope, said("Red ones", 2))
    expect(host.page.locator(".bubble").last).to_contain_text("Red ones")


def test_the_lead_of_a_new_chat_appears_on_the_open_board_by_itself(host: Host, scope: Scope) -> None:
    host.visit("/leads/pipeline/")
    expect(host.page.locator(".stage__leads a.lead")).to_have_count(0)
    host.world.chats.write(scope, said("Do you have roses?", 1))
    expect(host.page.locator(".stage__leads a.lead")).to_contain_text("Vera Visitor")


def test_what_was_not_read_is_counted_until_the_chat_is_opened(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.world.chats.write(scope, said("Anybody there?", 2))
    host.visit("/chats/")
    expect(host.page.locator(".chat-row .badge")).to_have_text("2")
    host.page.click(".chat-row")
    expect(host.page.locator(".chat-row .badge")).to_have_count(0)
    expect(host.page.locator(".thread__head").get_by_role("link", name="Lead", exact=True)).to_be_visible()


def test_typing_is_shown(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    expect(host.page.locator(".bubble")).to_be_visible()
    host.world.chats.type(scope, Part({"conversation_id": "c-1", "sender": {"id": "visitor-1"}}))
    expect(host.page.locator(".thread__typing")).to_have_text("Vera Visitor is writing …")


def test_a_reply_goes_out_and_shows_how_far_it_came(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    host.page.get_by_role("textbox", name="Write a reply").fill("Of course")
    host.page.keyboard.press("Enter")
    mine = host.page.locator(".bubble_ours")
    expect(mine).to_contain_text("Of course")
    message = next(each for each in host.world.chats.messages.values() if each.direction == "outgoing")
    host.world.chats.report(
        scope, message.id, Part({"msgid": message.id, "delivery_status": 2, "error_code": 0, "error": ""})
    )
    expect(mine.locator(".delivery")).to_have_attribute("data-status", "read")


def test_a_file_is_attached_and_can_be_opened(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    price_list = {"name": "prices.txt", "mimeType": "text/plain", "buffer": b"roses 5"}
    host.page.set_input_files(".composer__attach input", price_list)  # type: ignore[arg-type]
    file = host.page.locator(".bubble_ours .bubble__file")
    expect(file).to_have_text("prices.txt")
    assert host.page.request.get(host.url + str(file.get_attribute("href"))).text() == "roses 5"
    message = next(each for each in host.world.chats.messages.values() if each.direction == "outgoing")
    assert message.content["media"].startswith("https://drive-c.kommo.com/download/")


def test_a_reaction_goes_out_and_is_taken_back(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    host.page.locator(".bubble__react").focus()
    host.page.keyboard.press("Enter")
    expect(host.page.locator(".bubble__reactions")).to_have_text("👍")
    host.page.locator(".bubble__react").click()
    expect(host.page.locator(".bubble__reactions")).to_have_count(0)


def test_a_failed_delivery_shows_its_reason(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    host.page.get_by_role("textbox", name="Write a reply").fill("Of course")
    host.page.get_by_role("button", name="Send").click()
    expect(host.page.locator(".bubble_ours")).to_be_visible()
    message = next(each for each in host.world.chats.messages.values() if each.direction == "outgoing")
    failed = {"msgid": message.id, "delivery_status": -1, "error_code": 905, "error": "Visitor has left"}
    host.world.chats.report(scope, message.id, Part(failed))
    expect(host.page.locator(".delivery__error")).to_have_text("Visitor has left")


def test_a_storm_of_messages_is_drawn_whole_with_few_requests(host: Host, scope: Scope) -> None:
    host.world.chats.write(scope, said("Hi", 1))
    host.visit("/chats/")
    host.page.click(".chat-row")
    expect(host.page.locator(".bubble")).to_have_count(1)
    asked: list[str] = []
    host.page.on("request", lambda request: asked.append(request.url))
    for number in range(2, 102):
        host.world.chats.write(scope, said(f"number {number}", number))
    expect(host.page.locator(".bubble")).to_have_count(101)
    assert len(asked) < 100
