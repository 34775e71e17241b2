"""How the archive is packed; encodings and JSON."""

from tests.bundler.corpus.seeds import MANIFEST, SCRIPT, gone, put, seed, swap

SEEDS = [
    seed("ZIP001", "no manifest", gone(MANIFEST), also=["ZIP006"]),
    seed("ZIP002", "a folder around everything", archive={"folder": "widget"}),
    seed("ZIP003", "another name", archive={"name": "order-board-1.4.0.zip"}),
    seed("ZIP004", "translations in another folder", gone("i18n/en.json"), gone("i18n/es.json"), also=["I18N001"]),
    seed("ZIP005", "no script", gone(SCRIPT), also=["ZIP006"]),
    seed("ZIP008", "the bin of a Mac", archive={"entries": {"__MACOSX/._script.js": "x"}}),
    seed("ZIP008", "the look of a folder", archive={"entries": {"images/.DS_Store": "x"}}),
    seed("ZIP008", "thumbnails of Windows", archive={"entries": {"images/Thumbs.db": "x"}}),
    seed("ZIP008", "a project of an editor", archive={"entries": {".idea/workspace.xml": "<x/>"}}),
    seed("ZIP009", "a path that climbs out", archive={"entries": {"../outside.js": "define([], 1);"}}),
    seed("ZIP009", "an absolute path", archive={"entries": {"/etc/widget.js": "define([], 1);"}}),
    seed("ZIP009", "the slashes of Windows", archive={"entries": {"lib\\more.js": "define([], 1);"}}, also=["ZIP006"]),
    seed("ZIP010", "a file of nothing but noughts", {"path": "lib/zeros.txt", "content": "0" * 64, "repeat": 400_000}),
    seed("ZIP011", "a wrong checksum", archive={"damage": "style.css"}),
    seed("ENC001", "the encoding of old Windows", {"path": "i18n/es.json", "encoding": "cp1252"}),
    seed("ENC001", "the encoding of an old editor", {"path": "templates/board.twig", "encoding": "latin-1"}),
    seed("ENC001", "two bytes for each character", {"path": "style.css", "encoding": "utf-16"}),
    seed("ENC002", "a mark in front of the manifest", {"path": MANIFEST, "encoding": "utf-8-sig"}),
    seed("ENC002", "a mark in front of the script", {"path": SCRIPT, "encoding": "utf-8-sig"}),
    seed("ENC003", "line ends of Windows", swap("lib/orders.js", "  'use strict';\n", "  'use strict';\r\n")),
    seed("ENC003", "line ends of an old Mac", swap("style.css", "  padding: 8px 0;\n", "  padding: 8px 0;\r")),
    seed("JSON001", "a comma too many", swap(MANIFEST, '"init_once": false,', '"init_once": false,,')),
    seed("JSON001", "a remark", swap("i18n/en.json", '  "board": {', '  // shown in cards\n  "board": {')),
    seed(
        "JSON001", "a comma before the bracket", swap("i18n/es.json", '"Tablero de pedidos"', '"Tablero de pedidos",')
    ),
    seed("JSON001", "quotes of a text editor", swap(MANIFEST, '"1.4.0"', "“1.4.0”")),
    seed(
        "JSON002",
        "a key given twice",
        swap("i18n/en.json", '    "login": "Login', '    "login": "User",\n    "login": "Login'),
    ),
    seed(
        "SEC001",
        "a private key beside the script",
        put("lib/key.txt", "-----BEGIN PRIVATE KEY-----\nbm90aGluZyBvZiBhbnkgdmFsdWU=\n-----END PRIVATE KEY-----\n"),
        audience="private",
    ),
]
