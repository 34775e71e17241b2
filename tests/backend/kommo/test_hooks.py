import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.kommo.hooks import NotAHook, manager_message, reaction, read_hook

FILE = json.loads((Path(__file__).parents[2] / "golden" / "chats_webhooks.json").read_text())
HOOKS = {hook["id"]: hook for hook in FILE["hooks"]}
IDS = FILE["identities"]
KINDS = {"comment_reply": "message", "message": "message", "typing": "typing", "reaction": "reaction"}


def read(name: str) -> Any:
    return read_hook(base64.b64decode(HOOKS[name]["wire_base64"]))


@pytest.mark.parametrize("name", HOOKS)
def test_every_sample_is_recognised_for_what_it_is(name: str) -> None:
    hook = read(name)
    assert hook.kind == ("v1" if HOOKS[name]["hook_version"] == "v1" else KINDS[HOOKS[name]["event"]])
    if hook.kind != "v1":
        assert hook.account_id == IDS["account_id"]
    assert hook.lane


def test_a_message_gives_the_ids_that_delivery_and_status_need() -> None:
    hook = read("v2-text")
    message = manager_message(hook)
    assert (hook.key, hook.chat_id, hook.conversation_id) == (
        IDS["message_id"], IDS["chat_id"], IDS["integration_conversation_id"],
    )  # fmt: skip
    assert (message.text, message.sender_name, message.sent_at_ms) == (
        "Your order 4417 is ready.", "Alex Manager", 1770110220417,
    )  # fmt: skip


def test_a_full_message_gives_who_wrote_to_whom_over_which_line_and_which_file() -> None:
    message, voice, video = (manager_message(read(name)) for name in ("v2-text-with-source", "v2-voice", "v2-video"))
    assert (message.sender_id, message.receiver_id) == (IDS["manager_amojo_id"], IDS["customer_amojo_id"])
    assert (message.receiver_client_id, message.receiver_phone, message.source_id) == (
        "acme-user-501", "+15550100501", "acme-line-1",
    )  # fmt: skip
    inner = HOOKS["v2-voice"]["body"]["message"]["message"]
    assert (voice.media, voice.duration_s) == (inner["media"], inner["media_duration"])
    inner = HOOKS["v2-video"]["body"]["message"]["message"]
    assert (video.thumbnail, video.file_name, video.file_size) == (
        inner["thumbnail"], inner["file_name"], inner["file_size"],
    )  # fmt: skip


def test_a_hook_of_the_first_version_names_customer_chat_and_moment_and_no_message() -> None:
    hook = read("v1-picture")
    message = manager_message(hook)
    assert (hook.account_id, hook.chat_id, hook.conversation_id) == ("", "", "acme-conv-1001")
    assert (message.receiver_client_id, message.has_id, message.sent_at_ms) == ("acme-user-501", False, 1770110225000)
    assert (message.type, message.thumbnail.endswith("_320x200.jpg"), message.file_size) == ("picture", True, 20480)


@pytest.mark.parametrize("name", [name for name in HOOKS if HOOKS[name]["event"] in ("typing", "reaction")])
def test_an_action_names_its_chat_on_both_sides(name: str) -> None:
    hook = read(name)
    assert (hook.chat_id, hook.conversation_id) == (IDS["chat_id"], IDS["integration_conversation_id"])


def test_a_message_with_nothing_optional_is_read() -> None:
    message = manager_message(read("v2-text-minimal"))
    assert (message.text, message.sender_name, message.media, message.file_size) == (
        "Only the fields a parser may rely on", "", "", 0,
    )  # fmt: skip


def test_write_first_has_a_chat_but_no_conversation_of_ours() -> None:
    hook = read("v2-write-first")
    message = manager_message(hook)
    assert (hook.conversation_id, message.receiver_client_id) == ("", "")
    assert (hook.chat_id, message.receiver_phone) == (IDS["write_first_chat_id"], "+15550100777")


def test_attachments_of_one_message_share_their_group() -> None:
    first, second = (manager_message(read(f"v2-media-group-{n}-of-2")) for n in (1, 2))
    assert first.media_group_id == second.media_group_id != ""
    assert first.id != second.id


def test_buttons_quotes_templates_and_comments_are_kept() -> None:
    assert manager_message(read("v2-picture-with-caption-and-buttons")).markup["buttons"][0][0] == {"text": "Yes"}
    assert manager_message(read("v2-reply-to")).reply_to["msgid"] == "acme-msg-9001"
    assert manager_message(read("v2-template")).template["external_id"] == "acme-tpl-shipped"
    assert manager_message(read("v2-comment-reply")).post_id == "acme-post-300"
    assert manager_message(read("v2-forward")).forwards["messages"][0]["text"] == "Forwarded words"
    assert "list_message" in manager_message(read("v2-list-message")).markup


def test_an_echo_of_our_own_import_is_recognised() -> None:
    assert manager_message(read("v2-echo-of-own-import")).is_echo
    assert not manager_message(read("v2-text")).is_echo


def test_reactions_are_read_in_both_documented_forms() -> None:
    assert reaction(read("v2-reaction-react")).message_client_id == "acme-msg-9001"
    assert reaction(read("v2-reaction-unreact")).is_removed
    body = HOOKS["v2-reaction-react"]["body"]
    del body["action"]["reaction"]["message"]
    assert reaction(read_hook(json.dumps(body).encode())).message_id == "708192a3-b4c5-4d67-af80-91a2b3c4d5e6"


def test_who_types_is_found_in_the_sample_and_where_the_table_puts_it() -> None:
    assert read("v2-typing").data["user"]["id"] == IDS["manager_amojo_id"]
    moved = {"account_id": "a", "action": {"user": {"id": "u"}, "typing": {"expired_at": 5}}}
    assert read_hook(json.dumps(moved).encode()).data["user"]["id"] == "u"


def test_the_same_message_has_the_same_key_with_or_without_its_line_feed() -> None:
    raw = json.dumps({"account_id": "a", "action": {"something_new": {}}}).encode()
    assert read_hook(raw).kind == "unknown"
    assert read_hook(raw).key == read_hook(raw + b"\n").key


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"7", b"{", b"\xff", b'{"a": "\xff"}', b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}', b"{}x"],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotAHook):
        read_hook(body)


@pytest.mark.parametrize("cut", ["\\ud83d", "\\ude00", "\\ude00\\ud83d"])
def test_half_an_emoji_does_not_cost_us_the_message(cut: str) -> None:
    body = json.dumps(changed("v2-text", text="Ready HERE")).replace("HERE", cut).encode()
    assert manager_message(read_hook(body)).text.startswith("Ready ?")


def changed(name: str, *, around: dict[str, Any] | None = None, **inner: Any) -> dict[str, Any]:
    """A sample with other members: of ``message`` (``around``), of the message inside it."""
    body: dict[str, Any] = json.loads(json.dumps(HOOKS[name]["body"]))
    body["message"] |= around or {}
    body["message"]["message"] |= inner
    return body


@pytest.mark.parametrize(
    "times",
    [
        {"msec_timestamp": 1770110220000, "timestamp": 1},
        {"msec_timestamp": 1770110220},
        {"msec_timestamp": None},
        {"msec_timestamp": None, "timestamp": 1770110220000},
        {"msec_timestamp": None, "timestamp": None},
        {"msec_timestamp": "soon", "timestamp": []},
    ],
    ids=str,
)
def test_a_moment_is_read_in_seconds_milliseconds_or_from_the_hook(times: dict[str, Any]) -> None:
    body = {**changed("v2-text", around=times), "time": 1770110220}
    assert manager_message(read_hook(json.dumps(body).encode())).sent_at_ms == 1770110220000


def test_the_hooks_own_time_may_be_in_milliseconds() -> None:
    assert read_hook(b'{"time": 1770110220417}').time_s == 1770110220


@pytest.mark.parametrize("id", [None, "", "x" * 65, [], 1.5])
def test_a_message_without_a_usable_id_is_known_by_its_body_and_not_reported_on(id: Any) -> None:
    hook, other = (
        read_hook(json.dumps(changed("v2-text", id=id, text=text)).encode()) for text in ("Hello", "Hello again")
    )
    message = manager_message(hook)
    assert (message.id, message.has_id, len(hook.key)) == (hook.key, False, 40)
    assert hook.key != other.key
    assert manager_message(read("v2-text")).has_id


def test_no_text_holds_what_no_database_keeps() -> None:
    hook = read_hook(json.dumps(changed("v2-text", text="a\0b", around={"sender": {"name": "\0"}})).encode())
    assert (manager_message(hook).text, manager_message(hook).sender_name) == ("ab", "")


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**53) | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "typing", "id", "user"]), inner)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["account_id", "time", "message", "action", "receiver"]), _json))
def test_no_shape_of_optional_parts_breaks_the_reading(root: dict[str, Any]) -> None:
    hook = read_hook(json.dumps(root).encode())
    manager_message(hook)
    reaction(hook)
