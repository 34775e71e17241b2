"""Cases of the rules in ``bundler/rules/secrets.py``. No value here was ever valid anywhere."""

from tests.bundler.scripts import private
from tests.bundler.widgets import Case, Cases, manifest

_TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9." + "eyJhdWQiOiJzYW1wbGUifQ." + "c2lnbmF0dXJlLW9mLW5vdGhpbmc"
_KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "bm90aGluZyBvZiBhbnkgdmFsdWU=\n" + "-----END RSA PRIVATE KEY-----"

CASES = {
    "SEC001": Cases(
        fails=[
            private(f"var token = '{_TOKEN}';"),
            Case({"notes.txt": _KEY}),
            Case({"server.key": _KEY.encode() + b"\xff"}),
            Case({"config.json": '{"bot": "123456789:AA' + "b4" * 16 + 'c"}'}),
            private("var key = 'AIza" + "Sy9" * 11 + "Ab';"),
            private("var aws = 'AKIA" + "Q7ZX" * 4 + "';"),
        ],
        near=[
            private(
                "var picture = 'data:image/png;base64,eyJhbGciOiJI'; var hash = 'd41d8cd98f00b204e9800998ecf8427e';"
            ),
            Case({"notes.txt": "-----BEGIN PUBLIC KEY-----\nbm90aGluZyBvZiBhbnkgdmFsdWU=\n-----END PUBLIC KEY-----"}),
            private("var uuid = '2c3b4a1e-7a52-4f0e-9a37-0d5f8b7f2f10';"),
        ],
    ),
    "SEC002": Cases(
        fails=[
            private("var client_secret = 'q8Zr2Lw9Xc4Vb7Nm';"),
            Case({"config.json": '{"api_key": "q8Zr2Lw9Xc4Vb7Nm"}'}),
            Case({"settings.php": "<?php $password = 'Tr0ub4dor-3';"}),
            private("go({password: 'Tr0ub4dor-3'});"),
        ],
        near=[
            private("var password = $body.find('input').val(); go({password: password, api_key: ''});"),
            private("var labels = {password: 'settings.password', api_key: '********'};"),
            Case({"i18n/en.json": '{"widget": {"password": "Passwordless"}}'}),
            Case(manifest(settings={"password": {"name": "settings.password", "type": "pass"}})),
            private("var secret_key = 'YOUR_SECRET_KEY';"),
        ],
    ),
}
