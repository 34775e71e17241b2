"""The widget's texts: complete for what the backend answers, and alike in every language."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The rooms of the backend whose doors the widget knocks at.
ROOMS = ("channels", "accounts", "web", "errors.py")
CODE = re.compile(r"""code(?:: str)? ?= ?"(\w+)\"""")
# What the widget says when no room of the backend has given a code of its own.
OWN = {"internal", "network", "no_chats", "unknown", "wait_seconds", "wait_minutes"}


def locales() -> dict[str, dict[str, Any]]:
    folder = ROOT / "widget_src" / "i18n"
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def codes_of_the_backend() -> set[str]:
    files = [file for room in ROOMS for file in (ROOT / "backend").glob(f"{room}/**/*.py" if "." not in room else room)]
    return {code for file in files for code in CODE.findall(file.read_text("utf-8"))}


def leaves(texts: dict[str, Any], path: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts.items():
        found |= leaves(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return found


def test_every_code_that_the_backend_may_answer_has_a_text() -> None:
    codes = codes_of_the_backend()
    assert {"wrong_credentials", "token_expired", "too_many_tries"} <= codes
    for language, texts in locales().items():
        assert codes - set(texts["errors"]) == set(), language


def test_the_widget_says_what_it_says_itself() -> None:
    for texts in locales().values():
        assert set(texts["errors"]) >= OWN


def test_places_for_values_are_the_same_in_every_language() -> None:
    places = {
        language: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in leaves(texts).items()}
        for language, texts in locales().items()
    }
    assert places["es"] == places["en"] == places["pt"]
