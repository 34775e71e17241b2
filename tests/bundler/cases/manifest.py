"""Cases of the rules in ``bundler/rules/manifest.py``."""

from typing import Any

from tests.bundler.widgets import Case, Cases, manifest

KEY = "0123456789abcdef" * 4


def field(**content: Any) -> dict[str, Any]:
    """A setting of the clean widget."""
    return {"field": {"name": "settings.field", "type": "text", **content}}


CASES = {
    "MAN001": Cases(
        fails=[
            Case(manifest(widget__description=None)),
            Case(manifest(widget__locale=[])),
            Case(manifest(widget__locale="en")),
            Case({"manifest.json": "[]"}),
        ],
        near=[Case(manifest(widget__support=None))],
    ),
    "MAN003": Cases(
        fails=[Case(manifest(settings=None))],
        near=[Case(manifest(settings=None, widget__installation=False)), Case(manifest(settings={}))],
    ),
    "MAN031": Cases(
        fails=[Case(manifest(settings=None, widget__installation=False))],
        near=[Case(manifest(settings={}, widget__installation=False)), Case(manifest(settings=None))],
    ),
    "MAN004": Cases(
        fails=[Case(manifest(widget__interface_version="2")), Case(manifest(widget__interface_version=1))],
        near=[Case(manifest(widget__interface_version=None))],
    ),
    "MAN032": Cases(
        fails=[Case(manifest(widget__interface_version=None))],
        near=[Case(manifest(widget__interface_version=1))],
    ),
    "MAN005": Cases(
        fails=[Case(manifest(widget__version=version)) for version in (None, 1, "1.0.", "v1.0", "%VERSION%")],
        near=[Case(manifest(widget__version=version)) for version in ("1", "1.9", "1.0.0.5")],
    ),
    "MAN006": Cases(
        fails=[Case(uploaded="1.2.3"), Case(uploaded="1.10.0")],
        near=[Case(uploaded="1.2.2"), Case(manifest(widget__version="1.10"), uploaded="1.9")],
    ),
    "MAN007": Cases(
        fails=[
            Case(manifest(widget__installation="true")),
            Case(manifest(widget__init_once="N")),
            Case(manifest(settings=field(required="false"))),
        ],
        near=[Case(manifest(widget__init_once=None)), Case(manifest(settings=field(required=False)))],
    ),
    "MAN014": Cases(
        fails=[
            Case(manifest(settings=field(type="list"))),
            Case(manifest(settings={"field": {"name": "settings.field"}})),
        ],
        near=[Case(manifest(settings=field(type="users_lp"))), Case(manifest(settings=[]))],
    ),
    "MAN015": Cases(
        fails=[
            Case(manifest(settings={"a": field(type="custom")["field"], "b": field(type="custom")["field"]})),
            Case(manifest(settings=field(type="custom"), locations=["lcard-1"])),
        ],
        near=[Case(manifest(settings=field(type="custom")))],
    ),
    "MAN017": Cases(
        fails=[Case(manifest(dp={"settings": {}}))],
        near=[
            Case(manifest(dp={"settings": {}, "action_multiple": False})),
            Case(manifest(dp={"settings": {"action_multiple": True}})),
        ],
    ),
    "MAN018": Cases(
        fails=[
            Case(manifest(sms={"endpoint": "http://example.com"})),
            Case(manifest(dp={"webhook_url": "example.com"})),
        ],
        near=[Case(manifest(sms={"endpoint": "https://example.com/sms"}))],
    ),
    "MAN019": Cases(
        fails=[Case(manifest(mobile={"color": "teal"})), Case(manifest(mobile={"color": "#12345"}))],
        near=[Case(manifest(mobile={"color": "#1b6dff"})), Case(manifest(mobile={"color": "#ABC"}))],
    ),
    "MAN022": Cases(
        fails=[Case(manifest(widget__support=None)), Case(manifest(widget__support={"link": ""}))],
        near=[Case(manifest(widget__support={"email": "a@example.com"}))],
    ),
    "MAN023": Cases(
        fails=[Case(manifest(widget__secret_key=KEY)), Case(manifest(widget__code="sample"))],
        near=[Case(manifest(settings={"secret_key": field()["field"], "code": field()["field"]}))],
    ),
    "MAN024": Cases(
        fails=[Case(manifest(widget__is_showcase=True), target="amocrm")],
        near=[Case(manifest(widget__is_showcase=True, widget__installation=False), target="amocrm")],
    ),
}
