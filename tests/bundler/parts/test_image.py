"""What pictures say of themselves, against Pillow's own."""

import io

import pytest
from PIL import Image as Pillow

from bundler.parts.image import read_image
from tests.bundler.pictures import moving, picture


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("size", [(1, 1), (400, 272), (1188, 616)])
def test_format_and_size_are_those_that_pillow_reads(kind: str, size: tuple[int, int]) -> None:
    content = picture(size, kind)
    image = read_image("images/any.name", content)
    assert (image.format, image.size, image.damage) == (kind.lower(), Pillow.open(io.BytesIO(content)).size, "")
    assert not image.is_animated


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_moving_picture_is_known(kind: str) -> None:
    assert read_image("a", moving((9, 9), kind)).is_animated


def test_a_progressive_jpeg_with_a_comment_is_measured() -> None:
    assert read_image("a", picture((30, 20), "JPEG", progressive=True, comment=b"x" * 300)).size == (30, 20)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
def test_a_picture_that_is_cut_off_is_damaged(kind: str) -> None:
    content = picture((400, 272), kind)
    assert read_image("a", content[:20]).damage


def test_a_flipped_bit_in_a_png_is_damage() -> None:
    content = bytearray(picture((9, 9)))
    content[45] ^= 1
    assert "checksum" in read_image("a.png", bytes(content)).damage


@pytest.mark.parametrize(
    "content",
    [
        b"<svg>",
        b'\xef\xbb\xbf  <svg xmlns="x">',
        b'<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "b">]>\n<!-- drawn --><svg>',
    ],
)
def test_an_svg_is_known_with_whatever_stands_before_it(content: bytes) -> None:
    assert (read_image("a.svg", content).format, read_image("a.svg", content).damage) == ("svg", "")


@pytest.mark.parametrize("content", [b"", b"text", b"<html><svg>", b"<!-- no picture -->"])
def test_what_is_no_picture_is_said_to_be_none(content: bytes) -> None:
    assert read_image("a.png", content).damage == "this is no picture"
