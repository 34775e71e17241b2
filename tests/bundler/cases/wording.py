"""Cases of the rules in ``bundler/rules/wording.py``; all but one concern public widgets only."""

from typing import Any

from tests.bundler.widgets import Case, Cases, Changes, locale, manifest

SENTENCE = "This sentence is the same everywhere."
LINK = '<a href="https://example.com" target="_blank" referrerpolicy="no-referrer">help</a>'


def public(changes: Changes, **options: Any) -> Case:
    """A public widget with these changes."""
    return Case(changes, audience="public", **options)


CASES = {
    "I18N007": Cases(
        fails=[
            public(locale("en", widget__description="Пример")),
            public(locale("es", widget__description="Vea ejemplo.ru para más")),
        ],
        near=[
            public(locale("en", widget__description="See example.rules and guru")),
            public({"i18n/ru.json": '{"widget": {"name": "Пример"}}'}, target="amocrm"),
        ],
    ),
    "I18N008": Cases(
        fails=[public({**locale("en", widget__description=SENTENCE), **locale("es", widget__description=SENTENCE)})],
        near=[
            public({**locale("en", widget__name="Sample by Us"), **locale("es", widget__name="Sample by Us")}),
            public(
                {
                    **locale("en", a="https://example.com/a-long-path"),
                    **locale("es", a="https://example.com/a-long-path"),
                }
            ),
        ],
    ),
    "I18N010": Cases(
        fails=[public(locale("en", widget__name="a " * 16)), public(locale("en", widget__name="a" * 20))],
        near=[public(locale("en", widget__name="a" * 19 + " " + "b" * 10)), Case(locale("en", widget__name="a" * 31))],
    ),
    "I18N011": Cases(
        fails=[public(locale("en", widget__short_description="a" * 51))],
        near=[public(locale("en", widget__short_description="a" * 50))],
    ),
    "I18N012": Cases(
        fails=[public(locale("en", widget__description="a" * 401))],
        near=[
            public(locale("en", widget__description="a" * 399 + "<br><br><br>")),
            public(
                {
                    **manifest(
                        tour={"is_tour": True, "tour_images": {}, "tour_description": "widget.short_description"}
                    ),
                    **locale("en", widget__description="a" * 401),
                }
            ),
        ],
    ),
    "I18N013": Cases(
        fails=[
            public(locale("en", widget__name="Kommo Chat")),
            public(locale("en", widget__description="For KOMMO users")),
        ],
        near=[
            public(locale("en", widget__description="For Kommo, see https://kommo.com or help@kommo.com, amocrm.ru"))
        ],
    ),
    "I18N014": Cases(
        fails=[public(locale("en", widget__description="<script>x()</script>"))],
        near=[public(locale("en", widget__description="<b>Bold</b> scripts"))],
    ),
    "I18N015": Cases(
        fails=[
            public(locale("en", widget__description="See https://example.com")),
            public(locale("en", widget__description='<a href="https://example.com">help</a>')),
        ],
        near=[
            public(locale("en", widget__description=f"See {LINK}")),
            public(locale("en", endpoints={"api": "https://example.com"})),
        ],
    ),
    "I18N016": Cases(
        fails=[Case(locale("en", widget__description="#API_HASH#")), Case(locale("en", widget__description="#NOPE#"))],
        near=[Case(locale("en", widget__description="#SUBDOMAIN#.example.com, #FF0000 and #1#"))],
    ),
}
