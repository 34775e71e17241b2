"""What a manager's message may hold beside its text and its file: quotes, forwards, buttons, a menu.

A messenger that cannot show one of them natively writes it out, so that the customer misses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """A message inside another one, quoted or forwarded. ``link`` leads to its file, if it has one."""

    sender_name: str
    text: str
    type: str = "text"
    link: str = ""
    file_name: str = ""

    def written(self, sign: str) -> str:
        """Who said what, as lines of a plain text."""
        lines = [*self.text.splitlines(), *([self.link] if self.link else [])]
        return "\n".join([f"{sign} {self.sender_name}".rstrip(), *(f"> {line}" for line in lines)])


@dataclass(frozen=True)
class Button:
    """Under a message. Pressing it opens ``url``, or sends ``text`` back as the customer's message."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Choice:
    """One row of a menu. ``key`` goes back with the customer's answer (``callback_data``)."""

    key: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    """Rows of a menu that belong together."""

    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Menu:
    """A list message: a text, and a button that opens rows to choose from."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: str = ""
    footer: str = ""

    def written(self, *, with_rows: bool) -> str:
        """The menu as a plain text; without its rows where the messenger shows them as buttons."""
        said = [self.header, self.body, *(self._rows() if with_rows else ()), self.footer]
        return "\n".join(line for line in said if line)

    def choices(self) -> Iterator[Choice]:
        """Every row, whatever its section."""
        return (choice for section in self.sections for choice in section.choices)

    def _rows(self) -> Iterator[str]:
        for section in self.sections:
            yield section.title
            for choice in section.choices:
                yield f"• {choice.title}" + (f": {choice.description}" if choice.description else "")
