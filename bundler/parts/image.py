"""What a picture's own bytes say: format, size in pixels, motion, damage. No picture is decoded.

Formats: https://www.w3.org/TR/png-3/ ; https://www.w3.org/Graphics/JPEG/itu-t81.pdf ;
https://www.w3.org/Graphics/GIF/spec-gif89a.txt
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_GIF_FRAME, _GIF_END = 0x2C, 0x3B
# Formats that no rule wants the size of.
_UNMEASURED = {
    "svg": re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:svg[\s>]|[?!].{0,4000}?<svg[\s>])", re.DOTALL),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "bmp": re.compile(rb"BM.{4}\x00{4}", re.DOTALL),
    "ico": re.compile(rb"\x00\x00\x01\x00"),
}


class Image(NamedTuple):
    """One picture. ``width`` and ``height`` are 0 where unknown; ``damage`` says what is wrong with the bytes."""

    path: str
    format: str
    byte_size: int
    width: int = 0
    height: int = 0
    is_animated: bool = False
    damage: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


def read_image(path: str, content: bytes) -> Image:
    """Read a picture's facts from its bytes, whatever its name claims."""
    for signature, read in ((_PNG, _png), (b"\xff\xd8", _jpeg), (b"GIF8", _gif)):
        if content.startswith(signature):
            try:
                return read(path, content)
            except (struct.error, IndexError):
                name = read.__name__.strip("_")
                return Image(path, name, len(content), damage="the file is cut off")
    for name, form in _UNMEASURED.items():
        if form.match(content):
            return Image(path, name, len(content))
    return Image(path, "unknown", len(content), damage="this is no picture")


def _png(path: str, content: bytes) -> Image:
    width, height = struct.unpack_from(">II", content, 16)
    damage, kinds = "", set[bytes]()
    for kind, body, checksum in _png_chunks(content):
        kinds.add(kind)
        if zlib.crc32(kind + body) != checksum:
            damage = f"the checksum of its {kind.decode('latin-1')} part is wrong"
    if not {b"IDAT", b"IEND"} <= kinds:
        damage = damage or "the file is cut off"
    return Image(path, "png", len(content), width, height, b"acTL" in kinds, damage)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    at = len(_PNG)
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        yield kind, content[at + 8 : at + 8 + length], checksum
        at += 12 + length
        if kind == b"IEND":
            return


def _jpeg(path: str, content: bytes) -> Image:
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Image(path, "jpeg", len(content), width, height)
        is_bare = marker in _JPEG_BARE or marker == 0xFF
        at += (1 if marker == 0xFF else 2) + (0 if is_bare else struct.unpack_from(">H", content, at + 2)[0])
    return Image(path, "jpeg", len(content), damage="no frame says how large it is")


def _gif(path: str, content: bytes) -> Image:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    frames, at = 0, 13 + _colour_table(flags)
    while (kind := content[at]) != _GIF_END:
        if kind == _GIF_FRAME:
            frames += 1
            at += 11 + _colour_table(content[at + 9])
        else:
            at += 2
        while length := content[at]:
            at += 1 + length
        at += 1
    return Image(path, "gif", len(content), width, height, frames > 1)


def _colour_table(flags: int) -> int:
    """The length of the table of colours that these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
