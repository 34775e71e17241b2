"""Secrets in files that everybody can download (SEC001, SEC002)."""

import re
from collections.abc import Iterator, Mapping

from bundler import facts, host
from bundler.bundle import Bundle
from bundler.parts.place import Text
from bundler.rule import ERROR, WARNING, Hits, at, rule

# Forms that nothing but a secret has: what people are told, a piece that each one holds, and the form. The piece is
# looked for first, which is many times faster.
_FORMS = (
    ("a private key", "PRIVATE KEY", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]{20,}")),
    ("a signed token (JWT)", "eyJ", re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}")),
    ("a refresh token", "def50200", re.compile(r"\bdef50200[0-9a-f]{80,}")),
    ("a Telegram bot's token", ":AA", re.compile(r"\b\d{8,10}:AA[\w-]{33}\b")),
    ("an AWS key", "AKIA", re.compile(r"\bAKIA[0-9A-Z]{16}\b")),
    ("an AWS key", "ASIA", re.compile(r"\bASIA[0-9A-Z]{16}\b")),
    ("a Google API key", "AIza", re.compile(r"\bAIza[\w-]{35}\b")),
    ("a GitHub token", "gh", re.compile(r"gh[pousr]_[A-Za-z0-9]{36,}\b")),
    ("a Slack token", "xox", re.compile(r"\bxox[abprs]-[\w-]{20,}")),
    ("a Stripe key", "k_live_", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}")),
)
_NAMED = re.compile(
    rf"""(?i)\b(?P<name>{"|".join(host.SECRET_NAMES)})\b["']?\s*[:=]\s*(?P<quote>["'`])(?P<value>[^"'`\s]{{8,}})(?P=quote)"""
)
_PLACEHOLDER = re.compile(
    r"(?i)[{<%\[$]|^(?:your|my|example|test|xxx|\*+|change|placeholder|settings\.|widget\.)|(.)\1{7}"
)
_LEAST_VARIETY = 5


def _readable(bundle: Bundle, texts: Mapping[str, Text]) -> Iterator[Text]:
    """Every file but pictures; one that is no text of ours (.env, .php, .pem) byte by byte."""
    for path, content in bundle.files.items():
        if path in texts:
            yield texts[path]
        elif not path.lower().endswith(facts.IMAGE_SUFFIXES):
            yield Text(path, content.decode("latin-1"))


@rule(
    "SEC001",
    ERROR,
    why="Everybody who opens the page can download every file of the widget, and the secret with it.",
    fix="Remove it, have it replaced (it counts as known from now on), and keep the new one on your server.",
    doc=facts.DOC_CHECKLIST,
)
def no_secrets_ship(bundle: Bundle, texts: Mapping[str, Text]) -> Hits:
    """No secret is in a file of the widget."""
    for text in _readable(bundle, texts):
        for what, piece, form in _FORMS:
            for found in form.finditer(text.source) if piece in text.source else ():
                yield at(text.place(*found.span()).hidden(), f"this looks like {what}")


def _named(source: str) -> Iterator[re.Match[str]]:
    """Where a name of a secret has a value. The names are looked for first, which is many times faster."""
    lowered = source.lower()
    if len(lowered) != len(source):  # Some letters grow longer in lower case, and would shift the places.
        lowered = "".join(letter.lower()[:1] for letter in source)
    for start in sorted({found for name in host.SECRET_NAMES for found in _all(lowered, name)}):
        match = _NAMED.match(source, start)
        if match is not None:
            yield match


def _all(text: str, wanted: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


@rule(
    "SEC002",
    WARNING,
    why="Everybody who opens the page can download every file of the widget, and the secret with it.",
    fix="Remove it, have it replaced if it is real, and keep secrets on your server.",
    doc=facts.DOC_CHECKLIST,
)
def nothing_named_a_secret_ships(bundle: Bundle, texts: Mapping[str, Text]) -> Hits:
    """Nothing in a file of the widget has a value and the name of a secret."""
    for text in _readable(bundle, texts):
        is_exempt = facts.locale_of(text.path) or text.path == facts.MANIFEST
        for found in () if is_exempt else _named(text.source):
            value = found["value"]
            if not _PLACEHOLDER.search(value) and len(set(value)) >= _LEAST_VARIETY:
                what = host.SECRET_NAMES[found["name"].lower()]
                yield at(text.place(*found.span("value")).hidden(), f"this looks like {what}")
