"""Cases of the rules in ``bundler/rules/outside_code.py``."""

from tests.bundler.scripts import private, public, whole
from tests.bundler.widgets import Case, Cases

_MODULE = "function ($) { return function () {}; });"


def _public(script: str, target: str = "kommo") -> Case:
    return Case({"script.js": script}, target=target, audience="public")


CASES = {
    "JS013": Cases(
        fails=[
            _public("define(['https://widgets.example/app.js'], " + _MODULE),
            _public("define(['jquery', '//widgets.example/app.js'], " + _MODULE),
            _public("import lib from 'https://widgets.example/lib.js'; define([], " + _MODULE),
            public("import('https://widgets.example/app.js');"),
        ],
        near=[
            _public("define(['./lib/app.js'], " + _MODULE),
            _public("define(['https://code.jquery.com/jquery-3.7.1.min.js'], " + _MODULE),
            public("var help = 'https://widgets.example/app.js'; go([help]);"),
            whole("define(['https://widgets.example/app.js'], " + _MODULE),
        ],
    ),
    "JS034": Cases(
        fails=[
            _public("define(['https://ajax.googleapis.com/ajax/libs/x/1/x.js'], " + _MODULE),
            _public("define(['https://code.jquery.com/jquery-3.7.1.min.js'], " + _MODULE, target="amocrm"),
        ],
        near=[_public("define(['https://code.jquery.com.evil.example/jquery.js'], " + _MODULE)],
    ),
    "JS035": Cases(
        fails=[
            whole("define(['http://localhost:8080/script.js'], " + _MODULE),
            private("require(['http://127.0.0.1:3000/app.js'], start);"),
        ],
        near=[private("var development = 'http://localhost:8080'; go(development);")],
    ),
}
