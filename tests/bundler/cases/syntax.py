"""Cases of the rules in ``bundler/rules/syntax.py``."""

from tests.bundler.widgets import Case, Cases

CASES = {
    "ENC001": Cases(
        fails=[Case({"style.css": "a { content: 'é' }".encode("latin-1")})],
        near=[Case({"style.css": ".sample { content: 'é' }"})],
    ),
    "ENC002": Cases(
        fails=[Case({"style.css": "\ufeff.sample {}"})],
        near=[Case({"style.css": ".sample { content: '\ufeff' }"})],
    ),
    "ENC003": Cases(
        fails=[
            Case({"style.css": ".sample {\r\n}"}, audience="public"),
            Case({"style.css": ".sample {\r}"}, audience="public"),
        ],
        near=[Case({"style.css": ".sample {\r\n}"}), Case({"a.svg": "<svg>\r\n</svg>"}, audience="public")],
    ),
    "JSON001": Cases(
        fails=[
            Case({"manifest.json": '{"widget": {},}'}),
            Case({"manifest.json": '{"widget": {} // a remark\n}'}),
            Case({"i18n/en.json": ""}),
            Case({"data.json": "{'a': 1}"}),
            Case({"data.json": '{"a": NaN}'}),
            Case({"data.json": "[" * 1000}),
        ],
        near=[Case({"data.json": '{"a": "// no remark, no comma,}", "b": [1e5, -0.5, null]}'})],
    ),
    "JSON002": Cases(
        fails=[Case({"data.json": '{"a": 1, "a": 2}'})],
        near=[Case({"data.json": '[{"a": 1}, {"a": 2}]'})],
    ),
    "JS000": Cases(
        fails=[Case({"lib.js": "a = ;"}), Case({"script.js": "x define([], function () {});"})],
        near=[Case({"lib.js": "class A { static #b = 1n; static { with_ = a?.b ?? `${`x`}` } }; var let = 010;"})],
    ),
    "CSS000": Cases(
        fails=[Case({"style.css": "} .a { color: red }"})],
        near=[Case({"style.css": ".sample { content: '}' }"})],
    ),
}
