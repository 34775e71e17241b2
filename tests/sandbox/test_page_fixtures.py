"""``sandbox.toml``: what it takes, and how its mistakes are named."""

from pathlib import Path

import pytest

from sandbox.page.fixtures import read

GOOD = """
allow = ["https://cdn.example/some/path"]
answers = "shaped"
[constants.account]
timezone = "America/Lima"
[[field]]
entity = "leads"
name = "Size"
type = "text"
id = 77
[[answer]]
url = "https://api.example/v1/*"
method = "GET"
status = 201
body = {lines = []}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sandbox.toml"
    path.write_text(text)
    return path


def test_everything_that_the_file_may_say_is_read(tmp_path: Path) -> None:
    fixtures = read(written(tmp_path, GOOD))
    assert fixtures.fields == ({"entity": "leads", "name": "Size", "type": "text", "id": 77},)
    policy = fixtures.policy.with_backend("http://127.0.0.1:8000/oauth/callback")
    assert policy.allowed == ("https://cdn.example", "http://127.0.0.1:8000")
    assert policy.answers == "shaped"
    assert policy.constants == {"account": {"timezone": "America/Lima"}}
    found = policy.canned_for("GET", "https://api.example/v1/lines")
    assert found is not None
    assert (found.status, found.body) == (201, {"lines": []})
    assert policy.canned_for("POST", "https://api.example/v1/lines") is None
    assert policy.canned_for("GET", "https://other.example/v1/lines") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("allowed = []", "unknown key 'allowed'"),
        ("allow = ['cdn.example']", "allow must be a list of addresses"),
        ("answers = 'yes'", "answers must be"),
        ("[constants]\naccount = 1", "constants must be tables"),
        ("[[answer]]\nmethod = 'GET'", "answer 1 needs url"),
        ("[[field]]\nname = 'Size'", "field 1 needs entity, name and type"),
        ("[[field]]\nentity = 'deals'\nname = 'Size'\ntype = 'text'", "entity must be leads"),
        ("allow = [", "Invalid value"),
    ],
)
def test_a_mistake_is_named_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=r"sandbox\.toml") as refused:
        read(path)
    assert said in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        read(tmp_path / "none.toml")
