"""What a messenger's capabilities forbid, told before anything is sent, and what is written out instead.

The manager reads the sentence in the chat.
"""

from dataclasses import replace
from datetime import datetime

from backend.providers.base import Capabilities, DeliveryError, Outgoing


def check(can: Capabilities, message: Outgoing, last_incoming_at: datetime | None, now: datetime) -> None:
    """Raises ``DeliveryError`` for a message that this messenger does not take."""
    if message.type not in can.types:
        raise DeliveryError(f"this messenger cannot take a message of type {message.type}", permanent=True)
    if not (message.text or message.media or message.forwards or message.menu):
        raise DeliveryError("the message is empty", permanent=True)
    size = message.media.file_size if message.media else 0
    if can.max_file_bytes is not None and size > can.max_file_bytes:
        most = can.max_file_bytes // 1_000_000
        raise DeliveryError(f"the file has {size} bytes; this messenger takes at most {most} MB", permanent=True)
    if can.time_window_s is not None and not message.extra.get("template"):
        _check_window(can.time_window_s, last_incoming_at, now)


def _check_window(window_s: int, last_incoming_at: datetime | None, now: datetime) -> None:
    if last_incoming_at is None or (now - last_incoming_at).total_seconds() > window_s:
        raise DeliveryError(
            f"the customer has not written for {window_s // 3600} h: only a template can be sent", permanent=True
        )


def fitted(can: Capabilities, message: Outgoing) -> Outgoing:
    """The message with everything written out as text that this messenger cannot show as what it is."""
    before: list[str] = []
    after: list[str] = []
    if not can.quoting:
        before += [message.quoted.written("❝")] if message.quoted else []
        before += [passage.written("↪") for passage in message.forwards]
        message = replace(message, quoted=None, forwards=())
    if not can.buttons:
        after += [message.menu.written(with_rows=True)] if message.menu else []
        after += [f"• {button.text} {button.url}".rstrip() for row in message.buttons for button in row]
        message = replace(message, menu=None, buttons=())
    said = [*before, message.text, *after] if before or after else [message.text]
    return replace(message, text="\n".join(part for part in said if part))
