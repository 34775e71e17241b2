"""Cases of the rules in ``bundler/rules/tour.py``."""

from typing import Any

from tests.bundler.pictures import picture
from tests.bundler.widgets import Case, Cases, Changes, manifest


def tour(path: str = "/images/tour.png", **edits: Any) -> Changes:
    """The clean widget with a tour of one picture in both languages."""
    block = {"is_tour": True, "tour_images": {"en": [path], "es": [path]}, "tour_description": "widget.description"}
    return {**manifest(tour={**block, **edits}), "images/tour.png": picture((1188, 616))}


CASES = {
    "MAN020": Cases(
        fails=[
            Case(manifest(tour=None), audience="public"),
            Case(tour(tour_images={"en": ["/images/tour.png"]}), audience="public"),
        ],
        passes=[Case(tour(), audience="public")],
        near=[Case(manifest(tour=None))],
    ),
    "MAN033": Cases(fails=[Case(tour(is_tour=False))], near=[Case(tour())]),
    "MAN021": Cases(
        fails=[Case(tour("/images/missing.png")), Case(tour("/tour.png"))],
        near=[Case(tour("images/tour.png"))],
    ),
    "MAN034": Cases(fails=[Case(tour("images/tour.png"))], near=[Case(tour())]),
}
