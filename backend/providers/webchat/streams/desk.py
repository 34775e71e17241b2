"""The questions that all open pages have for the database, asked together by one thread.

Who came is looked up before the news are read: what is saved in between is among the news.
"""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from backend.providers.webchat import store
from backend.providers.webchat.news import PAGE, News


@dataclass(frozen=True)
class Wishes:
    """``arrived``: line and token of each page that came; ``behind``: visitor and seq of pages that miss something;
    ``quiet``: visitors of pages that have heard nothing for a while."""

    arrived: list[tuple[str, str]] = field(default_factory=list)
    behind: list[tuple[int, int]] = field(default_factory=list)
    quiet: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """The answers, in the order of the wishes. ``known``: visitor and newest seq; ``newest``: seq by visitor."""

    known: list[tuple[int, int] | None]
    news: list[store.Event]
    missed: list[list[store.Event]]
    newest: dict[int, int]

    @property
    def is_more(self) -> bool:
        """Whether there are more news than one look brings."""
        return len(self.news) >= PAGE


class Desk:
    """Answers ``Wishes`` from the rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._news = News(engine)

    def read(self, wishes: Wishes) -> Found:
        """Raises ``SQLAlchemyError`` when the database is away: ask the same again."""
        if not (wishes.arrived or wishes.behind or wishes.quiet):
            return Found([], self._news.look(), [], {})
        with self._engine.connect() as conn:
            known = store.seqs_of_tokens(conn, wishes.arrived) if wishes.arrived else []
        news = self._news.look()
        with self._engine.connect() as conn:
            missed = [store.events_after(conn, visitor_id, seq) for visitor_id, seq in wishes.behind]
            newest = store.newest_seqs(conn, wishes.quiet) if wishes.quiet else {}
        return Found(known, news, missed, newest)
