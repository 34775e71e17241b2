"""What a messenger's capabilities forbid, told before anything is sent: the manager reads the sentence in the chat."""

from datetime import datetime

from backend.providers.base import Capabilities, DeliveryError, Outgoing


def check(can: Capabilities, message: Outgoing, last_incoming_at: datetime | None, now: datetime) -> None:
    """Raises ``DeliveryError`` for a message that this messenger does not take."""
    if message.type not in can.types:
        raise DeliveryError(f"this messenger cannot take a message of type {message.type}", permanent=True)
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
