"""Cases of the rules in ``bundler/rules/images.py``."""

from typing import Any

from tests.bundler.pictures import moving, picture
from tests.bundler.widgets import Case, Cases, Changes, clean, manifest

LOGO = "images/logo_min.png"
ICON = '<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
TRIGGER: dict[str, Any] = {
    "locations": ["settings", "digital_pipeline"],
    "dp": {"settings": {}, "action_multiple": False},
}


def tour(**files: bytes) -> Case:
    """A public widget with a tour of these pictures for both languages."""
    paths = [f"/images/{name}.png" for name in files]
    block = {"is_tour": True, "tour_images": {"en": paths, "es": paths}, "tour_description": "widget.description"}
    pictures: Changes = {f"images/{name}.png": content for name, content in files.items()}
    return Case({**manifest(tour=block), **pictures}, audience="public")


def menu(**icons: object) -> Case:
    """A public widget with an item in the left menu."""
    item = {"title": "widget.name", **icons}
    changes = manifest(locations=["settings", "widget_page"], left_menu={"own": item})
    icon = picture((24, 24))
    files: Changes = {"images/menu.svg": ICON, "images/menu.png": icon, "images/fake.svg": icon}
    return Case({**changes, **files}, audience="public")


CASES = {
    "IMG001": Cases(
        fails=[Case({LOGO: None}), Case({"images/logo.png": None})],
        near=[Case({"images/logo_extra.png": picture((1, 1))})],
    ),
    "IMG002": Cases(
        fails=[Case({LOGO: picture((84, 85))}), Case({LOGO: picture((42, 42), "JPEG")})],
        near=[Case({LOGO: picture((84, 84))}), Case({"images/other.png": picture((5, 5))})],
    ),
    "IMG003": Cases(
        fails=[Case({LOGO: clean()[LOGO] + bytes(310_000)})],
        near=[Case({LOGO: clean()[LOGO] + bytes(290_000)}), Case({"images/big.png": picture((9, 9)) + bytes(400_000)})],
    ),
    "IMG004": Cases(
        fails=[Case({LOGO: picture((84, 84), "JPEG")}), Case({LOGO: ICON})],
        near=[
            Case({LOGO: picture((84, 84), "JPEG")}, target="amocrm"),
            Case({"images/a.jpg": picture((9, 9), "JPEG")}),
        ],
    ),
    "IMG005": Cases(
        fails=[
            Case({LOGO: moving((84, 84), "GIF")}, target="amocrm"),
            Case({LOGO: moving((84, 84), "PNG")}, target="amocrm"),
        ],
        near=[Case({LOGO: picture((84, 84), "GIF")}, target="amocrm")],
    ),
    "IMG006": Cases(
        fails=[Case(manifest(**TRIGGER))],
        near=[Case({**manifest(**TRIGGER), "images/logo_dp.png": picture((174, 109))})],
    ),
    "IMG007": Cases(
        fails=[tour(one=picture((600, 400))), tour(), tour(**{f"p{n}": picture((1188, 616)) for n in range(6)})],
        near=[tour(one=picture((1188, 616)))],
    ),
    "IMG008": Cases(
        fails=[
            menu(icon="/images/menu.png"),
            menu(icons={"light": "/images/menu.svg", "dark": "/images/menu.png"}),
            menu(icons={"light": "/images/fake.svg", "dark": "/images/menu.svg"}),
        ],
        near=[menu(icons={"light": "/images/menu.svg", "dark": "/images/menu.svg"})],
    ),
    "IMG009": Cases(
        fails=[
            Case({LOGO: clean()[LOGO][:-8]}),
            Case({LOGO: clean()[LOGO].replace(b"IDAT", b"IDAX")}),
            Case({LOGO: b"no picture"}),
            Case({"images/a.jpg": picture((9, 9), "JPEG")[:60]}),
            Case({"images/a.gif": b"GIF89a"}),
        ],
        near=[
            Case({"images/a.jpg": picture((9, 9), "JPEG"), "images/a.svg": ICON}),
            Case({f"images/a.{kind}": picture((9, 9), kind.upper()) for kind in ("webp", "bmp", "ico", "gif")}),
        ],
    ),
    "IMG010": Cases(
        fails=[Case({"images/a.bmp": bytes(1_100_000)})],
        near=[Case({"images/a.png": picture((9, 9)) + bytes(900_000)})],
    ),
}
