from datetime import UTC, datetime

import pytest

from backend.kommo.messages import (
    Content,
    EditedMessage,
    InvalidMessage,
    NewMessage,
    Person,
    Reaction,
    quote_content,
    quote_id,
)

AT = datetime(2026, 2, 3, tzinfo=UTC)
MARIA = Person("Maria", id="m")


@pytest.mark.parametrize(
    "content",
    [Content("poll", "?"), Content("text"), Content("picture"), Content("location"), Content("contact"),
     Content("contact", contact=("Juan", "")), Content("contact", contact=("Juan", 15550100)),  # type: ignore[arg-type]
     Content("location", location=("1", "2")), Content("location", location=(None, None)),  # type: ignore[arg-type]
     Content("location", location=(float("nan"), 1.0)), Content("voice", "hm"),
     Content(text="x", extra={"post": {"id": "p"}}), Content(text="x", extra={"post": "p"}),
     Content(text="x", extra={"shared_post": {"type": "post"}}),
     Content(text="x", extra={"delivery_status": {"status_code": 1}})],
    ids=lambda content: content.type,
)  # fmt: skip
def test_a_message_that_amojo_would_refuse_is_not_sent(content: Content) -> None:
    with pytest.raises(InvalidMessage):
        content.payload()


def test_an_edit_may_leave_out_media_that_did_not_change() -> None:
    edit = EditedMessage("c", AT, Content("picture", "new caption"), msgid="m1")
    assert "media" not in edit.payload()["payload"]["message"]


def test_an_edit_needs_to_know_its_message() -> None:
    with pytest.raises(InvalidMessage, match="msgid"):
        EditedMessage("c", AT, Content(text="x")).payload()


def test_a_comment_cannot_be_edited() -> None:
    comment = Content(text="x", extra={"post": {"id": "p", "url": "https://social.example/p"}})
    with pytest.raises(InvalidMessage, match="post is not for edits"):
        EditedMessage("c", AT, comment, msgid="m1").payload()


@pytest.mark.parametrize("missing", ["emoji", "conversation_id", "msgid", "user_id"])
def test_a_reaction_needs_to_know_chat_message_person_and_emoji(missing: str) -> None:
    whole = {"emoji": "👍", "conversation_id": "c", "msgid": "m", "user_id": "u"}
    assert Reaction(**whole).payload()["type"] == "react"  # type: ignore[arg-type]
    with pytest.raises(InvalidMessage):
        Reaction(**{**whole, missing: ""}).payload()  # type: ignore[arg-type]


def test_words_are_quoted_with_whoever_said_them() -> None:
    with pytest.raises(InvalidMessage, match="quoted"):
        quote_content(Content(text="x"), sent_at=AT, sender=Person(""))


def test_an_outgoing_message_needs_a_sender_that_amojo_knows() -> None:
    with pytest.raises(InvalidMessage, match="ref_id"):
        NewMessage("1", "c", AT, MARIA, Content(text="x"), receiver=MARIA).payload()


@pytest.mark.parametrize("source", ["x" * 37, "линия", "a\tb"])
def test_a_source_id_that_the_sources_api_would_refuse_is_not_sent(source: str) -> None:
    with pytest.raises(InvalidMessage, match="36"):
        NewMessage("1", "c", AT, MARIA, Content(text="x"), source_id=source).payload()


def test_one_message_can_be_forwarded_at_a_time() -> None:
    two = {"messages": [quote_id(msgid="1"), quote_id(msgid="2")]}
    with pytest.raises(InvalidMessage, match="one"):
        NewMessage("1", "c", AT, MARIA, Content(text="x"), forwards=two).payload()


@pytest.mark.parametrize("person", [Person(""), Person("Maria")])
def test_a_participant_needs_a_name_and_an_id(person: Person) -> None:
    with pytest.raises(InvalidMessage):
        person.payload()


def test_a_quote_needs_an_id() -> None:
    with pytest.raises(InvalidMessage):
        quote_id()
