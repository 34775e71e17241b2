"""Whatever bytes come in: no crash, and what we write everyone can read."""

import base64
import contextlib
import io
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundler.archive import pack, write_archive
from bundler.bundle import Bundle, gather
from bundler.errors import WrongUse
from bundler.fixes import fixed
from bundler.lint import lint
from bundler.parts.document import JsonError, parse_json
from bundler.parts.image import read_image
from bundler.parts.place import Text
from bundler.report import FORMS
from bundler.unpack import read_zip
from tests.bundler.widgets import clean

PATHS = (
    "manifest.json",
    "script.js",
    "lib/other.js",
    "style.css",
    "i18n/en.json",
    "i18n/es.json",
    "templates/a.twig",
    "images/logo.png",
    "images/a.gif",
    "images/a.jpg",
    "images/a.svg",
    ".DS_Store",
)
WORDS = ["widget", "locale", "en", "locations", "settings", "name", "type", "tour", "tour_images", "dp", "left_menu"]
CODE = ["define(", "function", "(", ")", "{", "}", "this.", "callbacks", "=", "AMOCRM", "'a'", "`${", ";", "=>", "..."]
STYLE = ["a", "{", "}", "(", ")", "@import", "url(", "'", ":", ";", "--palette-x", "#fff", "/*", "!important"]

values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=5),
    max_leaves=20,
)
sources = st.one_of(
    values.map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(CODE), max_size=30).map(lambda words: " ".join(words).encode()),
    st.lists(st.sampled_from(STYLE), max_size=30).map(lambda words: "".join(words).encode()),
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
changes = st.dictionaries(st.sampled_from(PATHS), sources, max_size=6)
patient = [HealthCheck.too_slow, HealthCheck.data_too_large]
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=patient)


@given(changes, st.sampled_from(("kommo", "amocrm")), st.sampled_from(("private", "public")))
@relaxed
def test_no_bundle_crashes_the_rules_or_the_reports(files: dict[str, bytes], target: str, audience: str) -> None:
    bundle = gather({**clean(), **files}, "widget.zip", is_zip=True)
    report = lint(bundle, target=target, audience=audience)
    for form in FORMS.values():
        form(report, 0.0).encode()


@given(changes)
@relaxed
def test_mending_twice_changes_nothing_more(files: dict[str, bytes]) -> None:
    first = fixed({**clean(), **files})
    mended = {path: content for path, content in {**clean(), **files, **first}.items() if content is not None}
    assert fixed(mended) == {}


@given(values)
@relaxed
def test_json_is_read_as_python_reads_it(value: Any) -> None:
    text = json.dumps(value)
    root = parse_json(Text("a.json", text))
    assert (root.start, root.end) == (0, len(text))
    assert [node.string for node in root.walk() if node.kind == "string"] == list(_strings(json.loads(text)))


def _strings(value: Any) -> Any:
    if isinstance(value, str):
        yield value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(inner)


@given(st.text(alphabet='{}[]",:\\u0041 1.e-tfn\n', max_size=30))
@relaxed
def test_what_python_refuses_as_json_is_refused_and_the_other_way_round(text: str) -> None:
    assert _accepts(lambda: parse_json(Text("a.json", text))) == _accepts(lambda: json.loads(text))


def _accepts(parse: Callable[[], object]) -> bool:
    try:
        parse()
    except (JsonError, ValueError):
        return False
    return True


@given(st.sampled_from((b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF89a", b"<svg")), st.binary(max_size=80))
@relaxed
def test_no_picture_crashes_its_reader(signature: bytes, rest: bytes) -> None:
    read_image("a.png", signature + rest)


@given(st.binary(max_size=60), st.integers(0, 400))
@relaxed
def test_a_damaged_archive_is_read_or_refused(noise: bytes, where: int) -> None:
    content = bytearray(pack(Bundle({"manifest.json": b"{}" * 50, "a/b.js": b"1;" * 50})))
    content[where : where + len(noise)] = noise
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(WrongUse):
        path = Path(folder) / "widget.zip"
        path.write_bytes(content)
        read_zip(path)


NAMES = st.from_regex(r"[a-z0-9_äß-]{1,8}(/[a-z0-9_ .-]{0,6}[a-z0-9]){0,2}\.(js|json|png)", fullmatch=True)


@given(st.dictionaries(NAMES, st.binary(max_size=300), max_size=6))
@relaxed
def test_python_reads_back_every_archive(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(Bundle(files)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


_NODE_READER = """
const fs = require('fs'), zlib = require('zlib'), zip = fs.readFileSync(process.argv[1]), found = {};
let at = zip.readUInt32LE(zip.length - 6);
while (zip.readUInt32LE(at) === 0x02014b50) {
  const [packed, name, extra, note] = [zip.readUInt32LE(at + 20), ...[28, 30, 32].map(o => zip.readUInt16LE(at + o))];
  const local = zip.readUInt32LE(at + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zlib.inflateRawSync(zip.subarray(start, start + packed));
  found[zip.toString('utf8', at + 46, at + 46 + name)] = content.toString('base64');
  at += 46 + name + extra + note;
}
console.log(JSON.stringify(found));
"""


READERS: dict[str, list[str]] = {"node": ["node", "-e", _NODE_READER], "unzip": ["unzip", "-tq"]}


@pytest.mark.parametrize("program", READERS)
@given(files=st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=6))
@settings(relaxed, max_examples=25)
def test_other_programs_read_back_every_archive(program: str, files: dict[str, bytes]) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "widget.zip"
        write_archive(Bundle(files), target)
        done = subprocess.run([*READERS[program], str(target)], capture_output=True, check=True)
    if program == "node":
        assert {name: base64.b64decode(text) for name, text in json.loads(done.stdout).items()} == files
