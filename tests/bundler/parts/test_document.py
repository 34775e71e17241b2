"""JSON with positions: what is read, where it stands, and what is said when it is none."""

import pytest

from bundler.parts.document import JsonError, Node, parse_json
from bundler.parts.place import Text

SOURCE = '{\n  "ä": {"b": [1, "two", {"c": null}]},\n  "ä": {"b": []}\n}\n'


def parsed(source: str) -> Node:
    return parse_json(Text("a.json", source))


def test_values_and_keys_know_where_they_stand() -> None:
    name, value = parsed(SOURCE).members[0]
    assert (name.place.line, name.place.column, name.place.text) == (2, 3, '"ä"')
    two = value.members[0][1].elements[1]
    assert (two.place.line, two.place.column, two.string) == (2, 18, "two")


def test_of_a_key_given_twice_the_last_one_counts() -> None:
    found = parsed(SOURCE).find("ä", "b")
    assert found is not None
    assert found.elements == ()


def test_asking_for_what_is_not_there_gives_nothing_and_the_nearest_place() -> None:
    root = parsed('{"a": {"b": "text"}}')
    assert root.find("a", "b", "c") is None
    assert root.find("x") is None
    assert root.nearest("a", "x", "y") is root.find("a")
    assert root.strings("a") == []
    assert root.members_of("a", "b") == ()


def test_leaves_have_dotted_paths() -> None:
    root = parsed('{"a": {"b": "x", "c": {"d": 1}}, "e": []}')
    assert [path for path, _ in root.leaves()] == ["a.b", "a.c.d", "e"]


def test_escapes_are_read_and_half_a_pair_becomes_the_replacement_sign() -> None:
    assert parsed(r'"\u00e9\n\ud83d\ude00"').string == "é\n😀"
    assert parsed(r'"\ud83d"').string == "�"


@pytest.mark.parametrize(
    ("source", "where", "sentence"),
    [
        ('{"a": 1,}', (1, 9), "no comma may stand before }"),
        ("[1,\n2,\n]", (3, 1), "no comma may stand before ]"),
        ('{"a": 1 // one\n}', (1, 9), "JSON knows no comments"),
        ("{a: 1}", (1, 2), "a key must stand in double quotes"),
        ('{"a" 1}', (1, 6), "a colon must follow the key"),
        ('{"a": 1 "b": 2}', (1, 9), "a comma or } must follow"),
        ('{"a": "x\ny"}', (1, 7), "a string is not closed"),
        (r'"\x"', (1, 1), "a wrong escape"),
        ('{"a": 1', (1, 8), "the file ends here"),
        ("", (1, 1), "the file ends here"),
        ("{} {}", (1, 4), "nothing may follow the closing bracket"),
        ("01", (1, 2), "nothing may follow"),
        ("NaN", (1, 1), "a value must stand here"),
        ("[" * 200, (1, 102), "nested deeper than 100 levels"),
    ],
)
def test_what_is_no_json_is_explained_at_its_place(source: str, where: tuple[int, int], sentence: str) -> None:
    with pytest.raises(JsonError) as caught:
        parsed(source)
    assert sentence in caught.value.message
    assert (caught.value.place.line, caught.value.place.column) == where
