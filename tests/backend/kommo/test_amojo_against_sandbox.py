"""The chat client against the sandbox, strict in all its switches: two readings of the documentation must agree."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.db import utc_now
from backend.kommo import amojo
from backend.kommo.amojo import AmojoClient, Channel
from backend.kommo.client import KommoClient, KommoError
from backend.kommo.messages import Content, EditedMessage, NewMessage, Person, Reaction, quote_content, quote_id
from programs.kommo import Served, served_sandbox
from sandbox.amojo.records import Message

MARIA = Person("Maria", id="u-1", phone="+15550100501", email="maria@acme.example")
URL = "https://cdn.acme.example/m"
POST = {"id": "p1", "url": "https://social.example/p1"}
CONTENTS = {
    "text": Content(text="¡Hola! Привет 👋"),
    "picture": Content("picture", media=URL, file_name="1.jpg", file_size=20480),
    "file": Content("file", "my receipt", URL, "2.pdf", 99000),
    "video": Content("video", media=URL, file_name="3.mp4", file_size=3400000, duration_s=12),
    "voice": Content("voice", media=URL, duration_s=6),
    "audio": Content("audio", media=URL, duration_s=180),
    "sticker": Content("sticker", media=URL, sticker_id="s6"),
    "location": Content("location", location=(-70.66, -33.45)),
    "contact": Content("contact", contact=("Juan Perez", "+15550100888")),
    "menu": Content(text="Repair", extra={"callback_data": "svc-1"}),
    "comment": Content(text="Nice!", extra={"post": POST}),
    "shared-post": Content(text="look", extra={"shared_post": {"type": "post", "url": POST["url"]}}),
}


@dataclass
class Shop:
    """A connected channel in a strict sandbox."""

    served: Served
    client: AmojoClient
    channel: Channel
    scope_id: str

    def send(self, msgid: str = "m-1", content: Content = CONTENTS["text"], **more: Any) -> Message:
        """Send a customer's message; gives what the sandbox made of it."""
        values = {"conversation_id": "c-1", "sent_at": utc_now(), "sender": MARIA, **more}
        sent = self.client.send(self.channel, self.scope_id, NewMessage(msgid, content=content, **values))
        message = self.served.world.chats.messages[sent.message_id]
        assert (message.chat_id, message.sender.id) == (sent.chat_id, sent.sender_id)
        return message


@pytest.fixture
def shop() -> Iterator[Shop]:
    strict = {"strict_messages": True, "strict_history": True, "strict_reactions": True, "typing_error_status": 404}
    with served_sandbox(**strict) as served:
        registered, client = served.world.registered.channel, KommoClient(served.url)
        chats, channel = AmojoClient(client), Channel(registered.id, registered.secret, "amojo.kommo.com")
        scope_id = chats.connect(channel, served.world.accounts.first.amojo_id, "Shop")
        yield Shop(served, chats, channel, scope_id)
        client.close()


def test_connecting_again_changes_the_settings_and_disconnecting_ends_it(shop: Shop) -> None:
    amojo_id, scopes = shop.served.world.accounts.first.amojo_id, shop.served.world.channels.scopes
    again = shop.client.connect(shop.channel, amojo_id, "New", is_time_window_disabled=True)
    assert (again, scopes[again].title, scopes[again].is_time_window_disabled) == (shop.scope_id, "New", True)
    shop.client.disconnect(shop.channel, amojo_id)
    with pytest.raises(KommoError, match="NOT_FOUND") as caught:
        shop.send()
    assert (caught.value.permanent, caught.value.status) == (True, 404)


@pytest.mark.parametrize("name", CONTENTS)
def test_every_type_is_taken_as_it_was_meant(shop: Shop, name: str) -> None:
    sent, kept = CONTENTS[name].payload(), shop.send(content=CONTENTS[name]).content
    assert {key: value for key, value in kept.items() if value} == {key: value for key, value in sent.items() if value}


def test_a_chat_is_made_before_its_first_message_and_found_again(shop: Shop) -> None:
    made = [shop.client.create_chat(shop.channel, shop.scope_id, "c-1", MARIA) for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0].user_client_id, made[0].phone, made[0].email) == ("u-1", "15550100501", "maria@acme.example")
    assert shop.send().chat_id == made[0].id


def test_imports_go_out_in_the_name_of_the_bot_or_of_a_manager(shop: Shop) -> None:
    world = shop.served.world
    manager, bot = world.accounts.first.current_user.amojo_id, world.registered.channel.bot_id
    for ref_id in (manager, bot):
        sender = Person("Somebody", id="agent", ref_id=ref_id)
        message = shop.send(f"m-{ref_id}", sender=sender, receiver=MARIA, silent=True)
        assert (message.direction, message.sender.id, message.is_silent) == ("outgoing", ref_id, True)
    stranger = Person("Nobody", ref_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(KommoError, match="sender: user not found") as caught:
        shop.send("m-3", sender=stranger, receiver=MARIA)
    assert caught.value.permanent


def test_quotes_and_forwards_are_taken_by_either_id_and_by_words(shop: Shop) -> None:
    first = shop.send()
    words = quote_content(CONTENTS["location"], sent_at=utc_now(), sender=Person("Ann"))
    for number, quote in enumerate((quote_id(msgid="m-1"), quote_id(amojo_id=first.id), words)):
        assert shop.send(f"q-{number}", reply_to=quote).content["reply_to"] == {"message": quote}
    shop.send("f-1", conversation_id="c-2", forwards={"conversation_id": "c-1", "messages": [quote_id(msgid="m-1")]})


def test_an_answer_ties_the_chat_that_a_manager_began(shop: Shop) -> None:
    world = shop.served.world
    opened = world.desk.write_first(world.accounts.first, shop.scope_id, "+15550100777", "Good morning")
    tied = replace(MARIA, ref_id=opened.customer.id)
    assert shop.send(sender=tied, conversation_ref_id=opened.id).chat_id == opened.id
    assert (opened.client_id, opened.customer.client_id) == ("c-1", "u-1")
    assert shop.send("m-2").chat_id == opened.id


def test_an_edit_is_seen_and_may_give_the_message_our_id(shop: Shop) -> None:
    message = shop.send()
    for edit in (EditedMessage("c-1", utc_now(), Content(text="one"), msgid="m-1"),
                 EditedMessage("c-1", utc_now(), Content(text="two"), msgid="m-9", amojo_id=message.id)):  # fmt: skip
        shop.client.edit(shop.channel, shop.scope_id, edit)
    assert (message.content["text"], message.client_id, message.is_edited) == ("two", "m-9", True)


@pytest.mark.parametrize("code", [901, 902, 903, 904, 905, None, 42])
def test_every_status_is_seen_by_the_manager(shop: Shop, code: int | None) -> None:
    message = shop.send()
    for status, seen in ((amojo.DELIVERED, "delivered"), (amojo.READ, "read"), (amojo.FAILED, "failed")):
        shop.client.delivery_status(shop.channel, shop.scope_id, message.id, status, code=code)
        assert message.status == seen
    assert (message.error_code, bool(message.error)) == (code if code in amojo.CODES else 905, True)


def test_a_status_of_our_own_id_is_refused_for_good(shop: Shop) -> None:
    shop.send()
    with pytest.raises(KommoError) as caught:
        shop.client.delivery_status(shop.channel, shop.scope_id, "m-1", amojo.READ)
    assert (caught.value.permanent, caught.value.status) == (True, 404)


def test_reactions_are_set_and_taken_back_by_customer_and_manager(shop: Shop) -> None:
    message, manager = shop.send(), shop.served.world.accounts.first.current_user.amojo_id
    ours = Reaction("👍", conversation_id="c-1", msgid="m-1", user_id="u-1")
    theirs = Reaction("🔥", conversation_ref_id=message.chat_id, amojo_id=message.id, user_ref_id=manager)
    for reaction in (ours, theirs):
        shop.client.react(shop.channel, shop.scope_id, reaction)
    assert message.reactions == {"u-1": "👍", manager: "🔥"}
    shop.client.react(shop.channel, shop.scope_id, replace(ours, is_removed=True))
    assert message.reactions == {manager: "🔥"}


def test_typing_is_shown_for_as_long_as_we_say(shop: Shop) -> None:
    chat, now = shop.served.world.chats.chats[shop.send().chat_id], shop.served.world.ground.clock.now()
    shop.client.typing(shop.channel, shop.scope_id, "c-1", "u-1", lasts_ms=60_000)
    assert 50 < chat.typing_until - now < 70


def test_history_of_120_messages_comes_whole_newest_first(shop: Shop) -> None:
    start = datetime(2026, 2, 3, tzinfo=UTC)
    for number in range(120):
        last = shop.send(f"m-{number}", sent_at=start + timedelta(seconds=number), silent=True)
    found = list(shop.client.history(shop.channel, shop.scope_id, last.chat_id))
    assert [message.client_id for message in found] == [f"m-{number}" for number in range(119, -1, -1)]
    assert (found[0].sender.client_id, found[0].sender.phone) == ("u-1", "+15550100501")


def test_a_msgid_makes_one_message_however_its_repeat_is_answered(shop: Shop) -> None:
    ground = shop.served.world.ground
    first = shop.send()
    with pytest.raises(KommoError, match="msgid") as caught:
        shop.send()
    assert caught.value.permanent
    ground.switches = ground.switches.changed(repeated_msgid="first")
    assert shop.send().id == first.id
    assert len(shop.served.world.chats.messages) == 1


def test_a_wrong_secret_and_a_wrong_clock_are_refused_for_good(shop: Shop) -> None:
    late = AmojoClient(KommoClient(shop.served.url), lambda: utc_now() - timedelta(minutes=16))
    stranger = replace(shop.channel, secret="0" * 40)
    for client, channel in ((late, shop.channel), (shop.client, stranger)):
        with pytest.raises(KommoError, match="invalid signature") as caught:
            client.typing(channel, shop.scope_id, "c-1", "u-1")
        assert caught.value.permanent
