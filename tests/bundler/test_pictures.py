"""Pictures drawn from one source: sizes, weights, refusals."""

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from bundler import facts
from bundler.errors import WrongUse
from bundler.parts.image import read_image
from bundler.pictures import draw, make_logos, make_menu_icons, make_pictures
from tests.bundler.pictures import picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="red"/></svg>'


def noise(size: tuple[int, int]) -> bytes:
    image = Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("source", [SVG, picture((800, 600))], ids=["svg", "png"])
def test_every_logo_has_its_exact_size(source: bytes) -> None:
    logos = make_logos(source, with_trigger=True)
    wanted = dict([*facts.LOGOS.items(), facts.LOGO_DP])
    assert {path: read_image(path, content).size for path, content in logos.items()} == wanted


def test_the_main_logo_keeps_its_margin() -> None:
    image = Image.open(io.BytesIO(make_logos(SVG, with_trigger=False)["images/logo_main.png"]))
    left, top, right, bottom = image.convert("RGBA").getbbox() or (0, 0, 0, 0)
    assert (top, bottom) == (10, 262)
    assert left >= 10
    assert right <= 390


def test_the_same_source_gives_the_same_bytes() -> None:
    assert make_logos(SVG, with_trigger=True) == make_logos(SVG, with_trigger=True)


def test_a_heavy_picture_loses_colours_until_it_is_light_enough() -> None:
    assert len(draw(noise((1190, 620)), facts.TOUR_SIZE)) <= facts.LOGO_BYTES


def test_a_simple_picture_becomes_lighter_without_loss() -> None:
    content = draw(picture((400, 272)), (400, 272))
    assert len(content) < 600
    assert Image.open(io.BytesIO(content)).convert("RGB").getcolors() == [(400 * 272, (0, 128, 128))]


def test_menu_icons_come_in_both_colours() -> None:
    icons = make_menu_icons(SVG.replace(b"red", b"currentColor"))
    assert b"#153043" in icons["images/menu_light.svg"]
    assert b"#ffffff" in icons["images/menu_dark.svg"]


def test_a_tour_is_drawn_for_each_language(tmp_path: Path) -> None:
    for locale in ("en", "es"):
        (tmp_path / f"tour-{locale}.svg").write_bytes(SVG)
    made = make_pictures(tmp_path, {"tour": "tour-{locale}.svg"}, ["en", "es"], with_trigger=False)
    assert {path: read_image(path, made[path]).size for path in made} == {
        "images/tour_en.png": (1188, 616),
        "images/tour_es.png": (1188, 616),
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg", "neither an SVG"),
        (SVG.replace(b"<rect", b"<text>a</text><rect"), "turn its letters into paths"),
        (picture((20, 20)), "too few"),
        (picture((800, 600))[:80], "damaged"),
        (None, "there is no logo.svg"),
    ],
)
def test_a_source_that_cannot_serve_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "logo.svg").write_bytes(content)
    with pytest.raises(WrongUse, match=sentence):
        make_pictures(tmp_path, {"logo": "logo.svg"}, ["en"], with_trigger=False)


def test_an_icon_without_current_colour_is_refused() -> None:
    with pytest.raises(WrongUse, match="currentColor"):
        make_menu_icons(SVG)
