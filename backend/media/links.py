"""Links of our own that lead to a file: sealed, so that nobody can make or change one, and valid for a time."""

from urllib.parse import quote

from backend.seal import BrokenSeal, Sealer

_CONTEXT = "media"


class Links:
    """Makes and opens links under ``public_url``. What is sealed in them is a source's name and its own address."""

    def __init__(self, sealer: Sealer, public_url: str) -> None:
        self._sealer = sealer
        self._public_url = public_url.rstrip("/")

    def make(self, source: str, address: str, file_name: str = "file") -> str:
        """A link to the file that ``source`` (``web``, ``stored`` or a messenger) knows by ``address``."""
        token = self._sealer.seal(_CONTEXT, f"{source} {address}")
        return f"{self._public_url}/media/{token}/{quote(file_name or 'file', safe='')}"

    def open(self, token: str) -> tuple[str, str] | None:
        """Source and address of a link; None if it is not one of ours."""
        try:
            source, _, address = self._sealer.open(_CONTEXT, token).partition(" ")
        except BrokenSeal:
            return None
        return source, address
