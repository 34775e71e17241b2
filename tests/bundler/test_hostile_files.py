"""Files that nobody wrote by hand: nested, chained and repeated without end. Every rule answers, and in time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bundler.corpus.defects import base_files
from tests.bundler.corpus.seeds import host, moderation, scripts
from tests.bundler.widgets import Case

MANY = 5_000
SCRIPTS = {
    "a chain of members": f"x = APP{'.a' * MANY};",
    "a chain of calls": f"$(document){'.on(1, f)' * MANY};",
    "a long sum": f"setTimeout({'1 + ' * MANY} 'b'); self.render({{href: {'1 + ' * MANY} 'b', base_path: p}});",
    "a long choice": f"x = {'a ? b : ' * MANY} c;",
    "deep brackets": f"eval({'(' * MANY}1{')' * MANY});",
    "deep functions": f"{'(function () {' * MANY}x = 1;{'})()' * MANY}",
    "deep patterns": f"var {'[' * MANY}a{']' * MANY} = b; a = 1;",
    "deep objects": f"this.callbacks = {'{leads: ' * MANY}1{'}' * MANY};",
    "deep lists in a request": f"$.ajax({{a: {'[' * MANY}{{password: 1}}{']' * MANY}}});",
    "deep templates": f"setTimeout({'`${' * 2_000}1{'}`' * 2_000});",
    "everything on one line": ";".join(f"g{number} = 'é'" for number in range(MANY)),
    "comments only": "//;\n" * MANY,
    "comments that never end": "/*" * MANY,
    "bytes that are no characters": "x = '" + "\x00\x01\ufffd" * MANY + "';",
}
STYLES = {
    "deep conditions": f"{'@media print {' * MANY}a {{ b: c }}{'}' * MANY}",
    "deep selectors": f".a{':not(' * MANY}.b{')' * MANY} {{ color: red }}",
    "deep values": f".a {{ background: {'x(' * MANY}{')' * MANY} }}",
}
OTHERS = {
    "templates/form.twig": "{{" * 50_000,
    "templates/other.twig": "<" * 50_000,
    "a.txt": f'password="{"a" * 50_000}',
    "b.txt": "eyJaaaaaaaaaa." * 10_000,
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_hostile_script_is_judged(script: str) -> None:
    assert Case({"script.js": script}, audience="public").report().passed


@pytest.mark.parametrize("css", STYLES.values(), ids=STYLES)
def test_a_hostile_style_sheet_is_judged(css: str) -> None:
    assert Case({"style.css": css}, audience="public").report().passed


@pytest.mark.parametrize("path", OTHERS)
def test_another_hostile_file_is_judged(path: str) -> None:
    assert Case({path: OTHERS[path]}, audience="public").report().passed


# What the corpus puts into scripts: pieces of code that rules look for.
PIECES = [
    edit["by"] for seed in (*host.SEEDS, *moderation.SEEDS, *scripts.SEEDS) for edit in seed["edits"] if "by" in edit
]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, 4_000), st.integers(0, 40)), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_script_cut_anywhere_and_spliced_with_another_is_judged(splices: list[tuple[str, int, int]]) -> None:
    script = base_files()["script.js"].decode()
    for piece, start, length in splices:
        script = script[:start] + piece + script[start + length :]
    assert Case({"script.js": script}, audience="public").report().passed
