"""The visitor's page and the panel in a real browser: live answers, nothing lost, several languages, other sites."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.providers.parts import Button, Choice, Menu, Passage, Section
from programs.kit import ROOT
from tests.support.shop import WAIT_MS, Shop, said, write

pytestmark = pytest.mark.browser


def test_a_visitor_writes_and_sees_the_answer_without_reloading(page: Page, shop: Shop) -> None:
    write(page, "Do you ship to Chile?")
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    shop.answer("Yes, we do!", "a1")
    expect(page.get_by_text("Yes, we do!")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Alex")).to_be_visible()


def test_reloading_shows_the_same_conversation_once(page: Page, shop: Shop) -> None:
    write(page, "one")
    shop.wait_for(1)
    shop.answer("two", "a1")
    expect(page.get_by_text("two")).to_be_visible(timeout=WAIT_MS)
    page.reload()
    expect(page.locator(".kck-message")).to_have_count(2, timeout=WAIT_MS)
    assert said(page) == ["one", "two"]


def test_a_closed_line_says_so_and_sends_when_it_opens(page: Page, shop: Shop) -> None:
    shop.book.is_linked = False
    write(page, "anybody?")
    expect(page.get_by_role("status").filter(has_text="closed")).to_be_visible(timeout=WAIT_MS)
    again = page.get_by_role("button", name="Sent when the chat opens.")
    expect(again).to_be_visible(timeout=WAIT_MS)  # the page may know that the line is closed before it was refused
    shop.book.is_linked = True
    again.click()
    expect(page.locator(".kck-mark")).to_have_text("Sent")
    assert [message.text for message in shop.book.received] == ["anybody?"]


def test_a_strangers_text_stays_text(page: Page, shop: Shop) -> None:
    write(page, "<img src=x onerror=alert(1)>")
    shop.wait_for(1)
    shop.answer("<b>bold</b>", "a1")
    expect(page.get_by_text("<b>bold</b>")).to_be_visible(timeout=WAIT_MS)
    assert page.locator(".kck-message img, .kck-message b").count() == 0


def test_a_file_is_sent_and_shown(page: Page, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "offer.txt").write_text("hello")
    page.locator("input[type=file]").set_input_files(tmp_path / "offer.txt")
    expect(page.get_by_role("link", name="offer.txt")).to_be_visible(timeout=WAIT_MS)
    received = shop.book.received[0]
    assert (received.type, received.media.file_name if received.media else "") == ("file", "offer.txt")


def test_a_picture_is_shown_as_one(page: Page, shop: Shop) -> None:
    picture = ROOT / "docs" / "images" / "visitor.png"
    page.locator("input[type=file]").set_input_files(picture)
    shown = page.get_by_role("img", name="visitor.png")
    expect(shown).to_be_visible(timeout=WAIT_MS)
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") > 0
    assert shop.book.received[0].type == "picture"


def test_a_picture_is_pasted(page: Page, shop: Shop) -> None:
    page.get_by_role("textbox", name="Write a message").evaluate(
        """(input) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], "shot.jpg"));
          input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    shop.wait_for(1)
    assert shop.book.received[0].type == "picture"


def test_contacts_without_a_way_to_answer_are_not_taken(page: Page, shop: Shop) -> None:
    shop.book.is_linked = False
    page.reload()
    page.get_by_label("Name").fill("Maria Lopez")
    page.get_by_role("button", name="Leave my contacts").click()
    assert page.get_by_label("E-mail").evaluate("(input) => input.validity.valueMissing") is True
    page.get_by_label("Phone").fill("+56 2 2345 6789")
    page.get_by_role("button", name="Leave my contacts").click()
    expect(page.get_by_text("We will get back to you")).to_be_focused(timeout=WAIT_MS)


def test_the_newest_message_stays_in_sight_when_a_keyboard_comes_up(page: Page, shop: Shop) -> None:
    for number in range(12):
        write(page, f"number {number}")
    expect(page.get_by_text("number 11")).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 420})
    expect(page.get_by_text("number 11")).to_be_in_viewport()


@pytest.mark.parametrize(("locale", "hello"), [("es-CL", "¡Hola!"), ("pt-BR", "Olá!"), ("de-DE", "Hello!")])
def test_it_speaks_the_visitors_language(browser: Browser, shop: Shop, locale: str, hello: str) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    expect(page.locator(".kck-hello")).to_contain_text(hello, timeout=WAIT_MS)
    context.close()


def test_every_language_says_everything(page: Page) -> None:
    said = """async () => {
      const { words } = await import("/webchat/assets/words.js");
      return ["en", "es", "pt"].map((language) => Object.entries(words(language)).filter(([, text]) => text)
        .map(([name]) => name).sort());
    }"""
    english, *others = page.evaluate(said)
    assert others == [english, english]


def test_quotes_and_forwards_are_shown_as_such_and_buttons_answer(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    quoted, buttons = Passage("Maria", "When?"), ((Button("Yes"), Button("Site", "https://acme.example/")),)
    shop.send("a1", text="Tomorrow?", quoted=quoted, forwards=(Passage("Boris", "It is here"),), buttons=buttons)
    expect(page.locator(".kck-passage")).to_have_text(["Maria\nWhen?", "Boris\nIt is here"], use_inner_text=True)
    expect(page.get_by_role("link", name="Site")).to_have_attribute("rel", "noopener noreferrer")
    page.get_by_role("button", name="Yes").click()
    shop.wait_for(2)
    assert shop.book.received[1].text == "Yes"


def test_a_menu_opens_and_its_row_is_the_answer(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    rows = (Choice("svc-1", "Repair", "Same day"), Choice("svc-2", "Delivery"))
    shop.send("a1", text="", menu=Menu("Choose a service", "Services", (Section("Main", rows),)))
    page.get_by_text("Services").click()
    page.get_by_role("button", name="Delivery").click()
    shop.wait_for(2)
    assert (shop.book.received[1].text, shop.book.received[1].extra) == ("Delivery", {"callback_data": "svc-2"})


def test_who_finds_the_chat_closed_leaves_contacts_that_go_with_what_was_written(page: Page, shop: Shop) -> None:
    shop.book.is_linked = False
    page.reload()
    page.get_by_label("Name").fill("Maria Lopez")
    page.get_by_label("E-mail").fill("maria@acme.example")
    page.get_by_role("button", name="Leave my contacts").click()
    expect(page.get_by_text("We will get back to you")).to_be_visible(timeout=WAIT_MS)
    shop.book.is_linked = True
    write(page, "Call me")
    shop.wait_for(1)
    left = shop.book.received[0]
    assert (left.sender_name, left.email, left.text) == ("Maria Lopez", "maria@acme.example", "Call me")


def test_an_emoji_is_put_into_the_line(page: Page, shop: Shop) -> None:
    page.get_by_role("textbox", name="Write a message").fill("Thanks ")
    page.get_by_role("button", name="Emoji").click()
    page.get_by_role("button", name="👍").click()
    page.keyboard.press("Enter")
    shop.wait_for(1)
    assert shop.book.received[0].text == "Thanks 👍"


def test_typing_is_shown_both_ways_and_reading_is_told(page: Page, shop: Shop) -> None:
    write(page, "hello")
    shop.wait_for(1)
    conversation = shop.book.received[0].conversation
    shop.chat.show_typing(shop.line, conversation)
    expect(page.locator(".kck-typing")).to_be_visible(timeout=WAIT_MS)
    shop.answer("hi", "a1")
    expect(page.locator(".kck-typing")).to_be_hidden(timeout=WAIT_MS)
    page.get_by_role("textbox", name="Write a message").press_sequentially("so")
    shop.until(lambda: shop.book.typings == [conversation] and shop.book.reads == [(conversation, "a1")])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, shop: Shop, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme, locale="en-US")
    page = context.new_page()
    page.goto(f"{shop.url}/webchat/{shop.line.key}")
    write(page, "x" * 300)
    shop.wait_for(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
    context.close()
