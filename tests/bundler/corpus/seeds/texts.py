"""Translations."""

from tests.bundler.corpus.seeds import SCRIPT, gone, manifest, put, seed, statement, swap, values

_EN, _ES = "i18n/en.json", "i18n/es.json"
_ENGLISH = (
    "The orders of your shop stand in the card of the lead, so that nobody has to search for them. "
    "Connect the shop in the settings."
)
_LONG = "The orders of your shop stand in the card of the lead, so that nobody has to search. " * 6
_PLACES = ["lcard-1", "ccard-1", "llist-0", "settings", "advanced_settings", "lead_sources", "digital_pipeline"]
_AGENT = {"locations": [*_PLACES, "ai_agent"]}


def both(**pairs: object) -> list[dict[str, object]]:
    """The same values in both translations."""
    return [values(_EN, **pairs), values(_ES, **pairs)]


SEEDS = [
    seed("I18N001", "a language without a file", gone(_ES)),
    seed(
        "I18N023",
        "files named after countries, not languages",
        gone(_EN),
        gone(_ES),
        put("i18n/en-US.json", "{}\n"),
        also=["I18N001", "I18N002", "I18N004", "I18N020"],
    ),
    seed("I18N002", "a file without its language", manifest(widget__locale=["en"])),
    seed("I18N003", "a text forgotten in one language", values(_ES, board__empty=None)),
    seed("I18N003", "a text more in one language", values(_ES, errors__shop="La tienda no responde.")),
    seed("I18N003", "a group misnamed", values(_ES, errors=None, error={"network": "No se puede."}), also=["I18N020"]),
    seed("I18N004", "a title that no language has", manifest(advanced__title="advanced.name")),
    seed("I18N004", "a tour that no language tells", manifest(tour__tour_description="widget.tour")),
    seed(
        "I18N005",
        "a language that Kommo has not",
        manifest(widget__locale=["en", "es", "de"]),
        put("i18n/de.json", "{}\n"),
        also=["I18N003", "I18N004", "MAN020", "I18N020"],
    ),
    seed(
        "I18N006",
        "a language that amoCRM has not",
        manifest(widget__locale=["en", "es", "tr"]),
        put("i18n/tr.json", "{}\n"),
        target="amocrm",
        also=["I18N003", "I18N004", "MAN020", "I18N020"],
    ),
    seed("I18N007", "a Russian word left", swap(_EN, "There are no orders yet.", "Заказов пока нет.")),
    seed("I18N007", "a Russian address", swap(_EN, "There are no orders yet.", "No orders yet, see orders-meadow.ru.")),
    seed(
        "I18N008",
        "a text not translated",
        values(_ES, widget__description=_ENGLISH),
    ),
    seed("I18N009", "an agent without a description", manifest(**_AGENT), audience="private"),
    seed(
        "I18N018",
        "an agent with a long description",
        manifest(**_AGENT),
        *both(widget__ai_agent_description=_LONG[:160]),
        also=["I18N008"],
    ),
    seed("I18N010", "a long name", values(_EN, widget__name="Order board for every shop by Meadow Goods")),
    seed("I18N010", "a long word", values(_EN, widget__name="Orderboardforeveryshop by M")),
    seed(
        "I18N011",
        "a long short description",
        values(_EN, widget__short_description="See each buyer's orders next to the lead, in every card"),
    ),
    seed("I18N012", "a long description", values(_EN, widget__tour_description=_LONG)),
    seed("I18N013", "the platform in the name", values(_EN, widget__name="Kommo orders by Meadow")),
    seed(
        "I18N013",
        "the platform misspelt",
        values(_EN, widget__description="The orders of your shop in Komo: KOMMO shows them."),
    ),
    seed("I18N014", "a script in the description", values(_EN, widget__description="Orders. <script>start()</script>")),
    seed(
        "I18N015",
        "a bare address",
        values(_EN, widget__description="Orders of your shop. See https://orders.example/help for more."),
    ),
    seed(
        "I18N015",
        "an open link",
        values(_EN, widget__description='Orders of your shop. <a href="https://orders.example">More</a>'),
    ),
    seed("I18N016", "a tag that nobody fills", values(_EN, widget__description="Orders of #SHOP_NAME# in the lead.")),
    seed(
        "I18N017",
        "a setting named otherwise",
        manifest(settings__login={"name": "settings.shop", "type": "text", "required": True}),
        *both(settings__shop="Shop"),
    ),
    statement("I18N020", "a text that nobody wrote", "showProblem(self.i18n('errors.shop_closed'));"),
    statement("I18N020", "a group that nobody wrote", "showProblem(self.langs.problems.network);"),
    seed(
        "I18N021",
        "a text that nobody shows",
        *both(board__forgotten="x"),
        swap(SCRIPT, "text: self.i18n('board')", "text: {empty: self.i18n('board.empty')}"),
    ),
    seed(
        "I18N022",
        "English in a template",
        swap("templates/board.twig", "<p>{{ text.empty|escape }}</p>", "<p>There are no orders yet.</p>"),
    ),
    statement("I18N022", "Russian in the script", "showProblem('Магазин не отвечает');"),
]
