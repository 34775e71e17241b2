"""The host page's own words exist in every language, and every word it asks for exists."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "sandbox" / "page"
ENGLISH: dict[str, str] = json.loads((PAGE / "texts" / "en.json").read_text(encoding="utf-8"))
SCRIPTS = sorted((PAGE / "static").rglob("*.js"))


@pytest.mark.parametrize("lang", ["es", "pt"])
def test_a_language_has_the_same_words_and_the_same_places(lang: str) -> None:
    other: dict[str, str] = json.loads((PAGE / "texts" / f"{lang}.json").read_text(encoding="utf-8"))
    assert other.keys() == ENGLISH.keys()
    for key, text in ENGLISH.items():
        assert re.findall(r"\{\w+\}", other[key]) == re.findall(r"\{\w+\}", text), key


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_word_that_a_script_asks_for_exists(script: Path) -> None:
    asked = re.findall(r"\bt\('([\w.]+)'[,)]", script.read_text(encoding="utf-8"))
    assert [key for key in asked if key not in ENGLISH] == []


def test_no_script_of_the_page_is_long() -> None:
    long = {str(path.relative_to(PAGE)): n for path in SCRIPTS if (n := path.read_text().count("\n")) > 250}
    assert long == {}
