"""Cases of the rules in ``bundler/rules/locales.py``."""

from tests.bundler.widgets import Case, Cases, Changes, locale, manifest

AGENT = manifest(locations=["settings", "ai_agent"])


def agents(en: str, es: str) -> Changes:
    """An AI agent with its description in both languages."""
    return {
        **AGENT,
        **locale("en", widget__ai_agent_description=en),
        **locale("es", widget__ai_agent_description=es),
    }


FIELDS = {"api_key": {"name": "settings.api_key", "type": "text"}}
LABELS = {**locale("en", settings={"api_key": "Key"}), **locale("es", settings={"api_key": "Clave"})}

CASES = {
    "I18N001": Cases(
        fails=[Case({"i18n/es.json": None}), Case(manifest(widget__locale=["en", "es", "pt"]))],
        near=[Case({"i18n/es.json": None, **manifest(widget__locale=["en"])})],
    ),
    "I18N023": Cases(
        fails=[Case({"i18n/en.json": None, "i18n/es.json": None, "i18n/fr.json": "{}"})],
        near=[Case({"i18n/es.json": None}), Case({"i18n/en.json": None, "i18n/es.json": None})],
    ),
    "I18N002": Cases(
        fails=[Case(manifest(widget__locale=["en"]))],
        near=[Case({"i18n/old/pt.json": "{}", "i18n/README.md": ""})],
    ),
    "I18N003": Cases(
        fails=[Case(locale("es", widget__extra="x")), Case(locale("es", widget__description=None))],
        near=[Case({**locale("en", extra={"a": "x"}), **locale("es", extra={"a": ""})})],
    ),
    "I18N004": Cases(
        fails=[
            Case(manifest(widget__name="widget.title")),
            Case(manifest(widget__name="widget.name.long")),
            Case({**locale("en", widget__name=["x"]), **locale("es", widget__name=["x"])}),
        ],
        near=[Case({**manifest(settings=FIELDS), **LABELS})],
    ),
    "MAN016": Cases(
        fails=[Case(manifest(widget__name="My widget")), Case(manifest(widget__name=3))],
        near=[Case(manifest(widget__name="widget.short-name"))],
    ),
    "I18N005": Cases(
        fails=[Case({**manifest(widget__locale=["en", "es", "ru"]), "i18n/ru.json": "{}"})],
        near=[
            Case(manifest(widget__locale=["en", "es", "tr", "id"])),
            Case(manifest(widget__locale=["ru"]), target="amocrm"),
        ],
    ),
    "I18N006": Cases(
        fails=[Case(manifest(widget__locale=["en", "es", "tr"]), target="amocrm")],
        near=[Case(manifest(widget__locale=["en", "es", "ru"]), target="amocrm")],
    ),
    "I18N009": Cases(
        fails=[Case(AGENT), Case(agents("Answers people", " "))],
        near=[Case(agents("Answers people", "Responde"))],
    ),
    "I18N018": Cases(
        fails=[Case(agents("a" * 101, "Responde"))],
        near=[Case(agents("a" * 100, "Responde")), Case(locale("en", widget__ai_agent_description="a" * 101))],
    ),
    "I18N017": Cases(
        fails=[Case({**manifest(settings={"key": {"name": "settings.api_key", "type": "text"}}), **LABELS})],
        near=[Case({**manifest(settings=FIELDS), **LABELS})],
    ),
}
