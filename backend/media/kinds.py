"""Which kinds of files a browser may show, and which it may only save."""

SHOWN = {
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/gif": "picture",
    "image/webp": "picture",
    "video/mp4": "video",
    "video/webm": "video",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "voice",
    "audio/webm": "voice",
}

_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)


def recognise(first_bytes: bytes) -> str:
    """What a file is by its own first bytes, whatever anybody calls it; ``application/octet-stream`` if unknown."""
    for sign, kind in _SIGNS:
        if first_bytes.startswith(sign):
            return kind
    if first_bytes[:4] == b"RIFF" and first_bytes[8:12] == b"WEBP":
        return "image/webp"
    if first_bytes[4:8] == b"ftyp":
        return "video/mp4"
    return "application/octet-stream"


def message_type(content_type: str) -> str:
    """The message type that a file of this kind makes."""
    return SHOWN.get(content_type, "file")
