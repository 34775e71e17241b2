"""What builds keep for later ones: it may save time, and change nothing else."""

from pathlib import Path

import pytest

from bundler.pictures import draw, make_logos
from bundler.project import read_project
from bundler.render import render
from bundler.shelf import NO_SHELF, Shelf, name_of

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="red"/></svg>'
WIDGET = Path(__file__).parents[2] / "widget_src"


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    Shelf(tmp_path / "new").put("name", b"content")
    assert Shelf(tmp_path / "new").get("name") == b"content"
    assert Shelf(tmp_path / "new").get("other") is None


@pytest.mark.parametrize("damaged", [b"", b"short", b"\0" * 40])
def test_what_is_damaged_is_not_given(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "name").write_bytes(damaged)
    assert Shelf(tmp_path).get("name") is None


def test_without_a_place_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for shelf in (NO_SHELF, Shelf(tmp_path / "file")):
        shelf.put("name", b"content")
        assert shelf.get("name") is None


def test_the_oldest_half_goes_when_there_is_too_much(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most=4)
    for number in range(5):
        shelf.put(f"{number}", b"")
    assert len(list(tmp_path.iterdir())) == 3
    assert shelf.get("4") == b""


def test_a_name_tells_values_apart_that_only_together_are_equal() -> None:
    assert name_of(b"ab", b"c") != name_of(b"a", b"bc")


def test_a_kept_drawing_has_the_same_bytes(tmp_path: Path) -> None:
    drawn = make_logos(SVG, with_trigger=True)
    assert make_logos(SVG, with_trigger=True, shelf=Shelf(tmp_path)) == drawn
    assert make_logos(SVG, with_trigger=True, shelf=Shelf(tmp_path)) == drawn
    assert len(list(tmp_path.iterdir())) == len(drawn)


def test_a_damaged_drawing_is_drawn_anew(tmp_path: Path) -> None:
    drawn = draw(SVG, (84, 84), shelf=Shelf(tmp_path))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert draw(SVG, (84, 84), shelf=Shelf(tmp_path)) == drawn


def test_a_widget_is_the_same_with_and_without_a_shelf(tmp_path: Path) -> None:
    project = read_project(WIDGET)
    without = render(project, "production", "https://example.com").files
    for _time in range(2):
        assert render(project, "production", "https://example.com", shelf=Shelf(tmp_path)).files == without


def test_a_changed_template_is_compiled_anew(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "widget.toml").write_text('[widget]\nname = "a"\nversion = "1.0.0"\nlocales = ["en"]\n')
    for text in (b"one", b"two"):
        (source / "script.js.j2").write_bytes(text)
        files = render(read_project(source), "development", "", shelf=Shelf(tmp_path / "shelf")).files
        assert files["script.js"] == text
