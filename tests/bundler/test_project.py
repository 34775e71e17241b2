"""``widget.toml``: what is read, and how each mistake is told."""

from pathlib import Path

import pytest

from bundler.errors import WrongUse
from bundler.project import Project, read_project

RIGHT = '[widget]\nname = "a"\nversion = "1.0"\nlocales = ["en", "es"]\n'


def project(tmp_path: Path, text: str | bytes) -> Project:
    (tmp_path / "widget.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_project(tmp_path)


def problems(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(WrongUse) as caught:
        project(tmp_path, text)
    return "\n".join(caught.value.problems).replace(f"{tmp_path}/", "")


def test_version_and_locales_are_read(tmp_path: Path) -> None:
    found = project(tmp_path, RIGHT)
    assert (found.version, found.locales) == ("1.0", ["en", "es"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "widget.toml:1: [widget] needs name"),
        (RIGHT.replace('"1.0"', "1.0"), "widget.toml:3: version in [widget] must be a text in quotes"),
        (RIGHT.replace('["en", "es"]', '"en"'), "widget.toml:4: locales in [widget] must be a list of texts"),
        (RIGHT.replace('"es"', "5"), "widget.toml:4: locales in [widget] must be a list of texts"),
        (RIGHT + "\n[nope]\n", "widget.toml:6: unknown table [nope]"),
        (RIGHT + "colour = 1\n", "widget.toml:5: unknown key colour in [widget]"),
        (RIGHT + '[suppress]\nMAN020 = ""\n', "widget.toml:6: MAN020 in [suppress] needs a reason"),
        (RIGHT + "[backend\n", "widget.toml: "),
        (b"\xff", "widget.toml: "),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str | bytes, sentence: str) -> None:
    assert sentence in problems(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, "[widget]\nname = 1\n[other]\n")
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize(
    ("environment", "url", "is_right"),
    [
        ("development", "http://127.0.0.1:8000", True),
        ("development", "http://localhost", True),
        ("development", "http://example.com", False),
        ("production", "https://relay.example.com", True),
        ("production", "https://relay.example.com:8443/base", True),
        ("production", "http://relay.example.com", False),
        ("production", "http://127.0.0.1:8000", False),
        ("staging", "relay.example.com", False),
        ("staging", "https://relay.example.com\nhttps://other", False),
        ("staging", 'https://relay.example.com/";alert(1)', False),
    ],
)
def test_a_backend_is_https_but_for_this_machine(tmp_path: Path, environment: str, url: str, is_right: bool) -> None:
    found = project(tmp_path, RIGHT)
    if is_right:
        assert found.backend_url(environment, url + "/") == url
        return
    with pytest.raises(WrongUse, match="must be an https address"):
        found.backend_url(environment, url)
