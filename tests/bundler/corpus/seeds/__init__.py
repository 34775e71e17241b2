"""The seeds of the corpus: each names the rule that must catch it, says what was done wrong, and patches the base."""

import random
from typing import Any

Seed = dict[str, Any]
Edit = dict[str, Any]

SCRIPT = "script.js"
MANIFEST = "manifest.json"
# Lines of the base script behind which a statement may stand, in functions of different kinds.
PLACES = (
    "    function draw($place, list) {\n",
    "    function load(contactId) {\n",
    "      settings: function ($body) {\n",
    "      advancedSettings: function () {\n",
    "        selected: function () {\n",
)


def seed(rule: str, what: str, *edits: Edit, **more: Any) -> Seed:
    """One defect: ``more`` may give target, audience, uploaded, archive and also."""
    return {"rule": rule, "what": what, "edits": list(edits), **more}


def swap(path: str, old: str, new: str) -> Edit:
    """One stretch of a file replaced by another."""
    return {"path": path, "replace": old, "by": new}


def put(path: str, content: str) -> Edit:
    """A whole file."""
    return {"path": path, "content": content}


def gone(path: str) -> Edit:
    """A file removed."""
    return {"path": path, "remove": True}


def values(path: str, **pairs: Any) -> Edit:
    """Values of a JSON file: ``widget__version="2"``; ``None`` removes a key."""
    return {"path": path, "set": {key.replace("__", "/"): value for key, value in pairs.items()}}


def manifest(**pairs: Any) -> Edit:
    """Values of the manifest."""
    return values(MANIFEST, **pairs)


def statement(rule: str, what: str, code: str, **more: Any) -> Seed:
    """A statement too many in the script. Where it stands depends on its text, so that it is everywhere by turns."""
    place = random.Random(f"{rule} {code}").choice(PLACES)
    depth = " " * (len(place) - len(place.lstrip()) + 2)
    lines = "".join(f"{depth}{line}\n" for line in code.splitlines())
    return seed(rule, what, swap(SCRIPT, place, place + lines), **more)


def style(rule: str, what: str, css: str, **more: Any) -> Seed:
    """Something too much at the end of the style sheet."""
    return seed(rule, what, {"path": "style.css", "append": f"\n{css}\n"}, **more)
