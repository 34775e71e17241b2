"""Moments as others tell them: in milliseconds, by mistake in seconds, or outside of every calendar."""

from datetime import UTC, datetime

_FIRST_MS = 100_000_000_000  # March 1973; as seconds, the year 5138


def milliseconds(told: int) -> int:
    """The same moment in milliseconds since 1970, whether it was told in these or in seconds."""
    return told * 1000 if 0 < told < _FIRST_MS else told


def moment(told: int, otherwise: datetime) -> datetime:
    """The moment; ``otherwise`` where none was told, or one that no calendar has: a message is worth more than its
    date."""
    try:
        return datetime.fromtimestamp(milliseconds(told) / 1000, UTC) if told > 0 else otherwise
    except (OverflowError, ValueError, OSError):
        return otherwise
