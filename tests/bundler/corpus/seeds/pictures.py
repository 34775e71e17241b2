"""Logos and other pictures."""

import base64
import io

from PIL import Image

from tests.bundler.corpus.seeds import Edit, gone, manifest, put, seed

_LOGO = "images/logo_min.png"


def _picture(path: str, size: tuple[int, int], kind: str = "PNG", *, frames: int = 1) -> Edit:
    """A picture of one colour (of several, if it moves)."""
    made = io.BytesIO()
    drawn = [Image.new("RGB", size, colour) for colour in ("#b4552d", "#2b3640")[:frames]]
    drawn[0].save(made, kind, **({"save_all": True, "append_images": drawn[1:]} if frames > 1 else {}))
    return {"path": path, "base64": base64.b64encode(made.getvalue()).decode()}


def _heavy(path: str, size: tuple[int, int], kilobytes: int) -> Edit:
    """A valid PNG with a long private chunk of noise."""
    made = io.BytesIO()
    Image.new("1", size).save(made, "PNG")
    return {"path": path, "base64": base64.b64encode(made.getvalue()).decode(), "padding": kilobytes * 1024}


SEEDS = [
    seed("IMG001", "a logo forgotten", gone(_LOGO)),
    seed(
        "IMG001",
        "a logo under another name",
        gone("images/logo_main.png"),
        _picture("images/main_logo.png", (400, 272)),
        also=["ZIP006"],
    ),
    seed("IMG002", "half the size", _picture(_LOGO, (42, 42))),
    seed("IMG002", "width and height exchanged", _picture("images/logo_main.png", (272, 400))),
    seed("IMG003", "a heavy logo", _heavy("images/logo.png", (130, 100), 301)),
    seed("IMG004", "a photo called PNG", _picture(_LOGO, (84, 84), "JPEG")),
    seed("IMG005", "a logo that moves", _picture(_LOGO, (84, 84), "GIF", frames=2), target="amocrm"),
    seed("IMG006", "a trigger without its logo", gone("images/logo_dp.png")),
    seed("IMG007", "a small slide", _picture("images/tour_1_en.png", (600, 311))),
    seed(
        "IMG008",
        "a left menu with a photo",
        _picture("images/menu.png", (24, 24)),
        manifest(
            locations=[
                "lcard-1",
                "ccard-1",
                "llist-0",
                "settings",
                "advanced_settings",
                "lead_sources",
                "digital_pipeline",
                "widget_page",
            ],
            left_menu={
                "orders": {
                    "title": "advanced.title",
                    "icons": {"light": "/images/menu.png", "dark": "/images/menu.png"},
                }
            },
        ),
        also=["MAN029"],
    ),
    seed(
        "IMG009",
        "a picture cut off",
        {"path": _LOGO, "base64": base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIH").decode()},
    ),
    seed("IMG010", "a very heavy slide", _heavy("images/tour_1_en.png", (1188, 616), 1100)),
    seed(
        "IMG001",
        "no picture at all",
        *[gone(f"images/{name}.png") for name in ("logo", "logo_small", "logo_medium")],
        put("images/readme.txt", "Pictures go here.\n"),
        also=["ZIP006"],
    ),
]
