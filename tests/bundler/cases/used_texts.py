"""Cases of the rules in ``bundler/rules/used_texts.py``."""

from tests.bundler.scripts import code, private, public
from tests.bundler.widgets import Case, Cases, locale


def _texts(body: str, *locales: str, **texts: object) -> Case:
    """A widget with more texts in these locales, and a script that has this in it."""
    changes = {path: content for name in locales for path, content in locale(name, **texts).items()}
    return Case({**changes, "script.js": code(body)})


CASES = {
    "I18N020": Cases(
        fails=[
            private("go(self.i18n('panel.title'));"),
            private("go(self.i18n('widget').title);"),
            private("go(self.langs.panel.title);"),
            _texts("go(self.i18n('panel.title'));", "en", panel={"title": "Title"}),
        ],
        near=[
            private("go(self.i18n('widget.name'), self.i18n('widget').name.length, self.langs.widget.name);"),
            private("go(self.i18n('panel.' + name), self.i18n(key));"),
            _texts("go(self.i18n('panel').title);", "en", "es", panel={"title": "Title"}),
        ],
    ),
    "I18N021": Cases(
        fails=[_texts("go(self.i18n('widget.name'));", "en", "es", panel={"forgotten": "Nobody reads this"})],
        near=[
            _texts("go(self.i18n('panel'));", "en", "es", panel={"forgotten": "Somebody reads this"}),
            _texts("go(self.i18n('errors.' + code));", "en", "es", errors={"forgotten": "Somebody reads this"}),
            _texts("var key = 'forgotten';", "en", "es", panel={"forgotten": "Somebody reads this"}),
            _texts("", "en", "es", settings={"token": "Token"}),
        ],
    ),
    "I18N022": Cases(
        fails=[
            Case({"templates/form.twig": "<p>Save it</p>"}, audience="public"),
            public("go('Сохранить');"),
        ],
        near=[
            Case({"templates/form.twig": "{# Save it #}<p title='x'>{{ text.save }} · 24 px</p>"}, audience="public"),
            public("// Сохранить\ngo('ok');"),
            Case({"templates/form.twig": "<p>Save it</p>"}),
        ],
    ),
}
