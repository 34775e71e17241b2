"""Cases of the rules in ``bundler/rules/archive.py``."""

from bundler.bundle import DAMAGED, TOO_LARGE, UNSAFE, Flaw
from tests.bundler.widgets import Case, Cases, clean

WRAPPED = dict.fromkeys(clean()) | {f"widget/{path}": content for path, content in clean().items()}
NO_IMAGES = {path: None for path in clean() if path.startswith("images/")}
ONE_LINE = ";".join(f"var a{number}={number}" for number in range(400))

CASES = {
    "ZIP001": Cases(
        fails=[Case({"manifest.json": None}), Case({"manifest.json": None, "a/manifest.json": "{}", "b/c.txt": ""})],
        near=[Case(WRAPPED), Case({"templates/manifest.json": "{}"})],
    ),
    "ZIP002": Cases(
        fails=[Case(WRAPPED), Case({**WRAPPED, "__MACOSX/._x": ""})],
        near=[Case({"widget/extra.js": "define([], function () {});"})],
    ),
    "ZIP003": Cases(
        fails=[Case(container="widget (1).zip"), Case(container="Widget.zip")],
        near=[Case(container="widget.zip")],
    ),
    "ZIP004": Cases(
        fails=[Case(NO_IMAGES), Case({"i18n/en.json": None, "i18n/es.json": None})],
        near=[Case({"images/logo.png": None})],
    ),
    "ZIP005": Cases(
        fails=[Case({"script.js": None}), Case({"script.js": None, "lib/script.js": "define([]);"})],
        near=[Case({"lib/script.js": "define([]);"})],
    ),
    "ZIP006": Cases(
        fails=[Case({"lib/forgotten.js": "define([]);"}, audience="public")],
        near=[
            Case({"lib/helper.js": "define([]);", "lib/main.js": "define(['./helper']); // main"}, audience="public")
        ],
    ),
    "ZIP007": Cases(
        fails=[
            Case({"lib.js": ONE_LINE}, audience="public"),
            Case({"script.js.map": "{}"}, audience="public"),
            Case({"lib.js": "\n".join(f"var _0x{n:04x} = {n};" for n in range(30))}, audience="public"),
        ],
        near=[Case({"lib.js": f"var icon = '{'A' * 1200}';\n" + "var a = 1;\n" * 30}, audience="public")],
    ),
    "ZIP008": Cases(
        fails=[Case({"__MACOSX/._script.js": "x"}), Case({"images/.DS_Store": "x"}), Case({"images/Thumbs.db": "x"})],
        near=[Case({"images/thumbs.css": ".sample {}"})],
    ),
    "ZIP009": Cases(
        fails=[Case(flaws=(Flaw(UNSAFE, "../x", "its path leads out of the archive"),))],
        near=[Case({"lib/..x.js": "define([]);"})],
    ),
    "ZIP010": Cases(
        fails=[Case(flaws=(Flaw(TOO_LARGE, "x", "10 bytes unpack to 10,000,000,000"),))],
        near=[Case({"data.txt": "0" * 900_000})],
    ),
    "ZIP011": Cases(
        fails=[Case(flaws=(Flaw(DAMAGED, "x", "its checksum is wrong"),))],
        near=[Case({"empty.txt": ""})],
    ),
}
