"""This room, ready for use: where files are kept, how links to them are made, who opens them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint

from backend.errors import NeighbourError
from backend.kommo.hosts import PLATFORMS
from backend.media import views
from backend.media.fetch import CannotFetch, Fetcher, File
from backend.media.links import Links
from backend.media.storage import S3, Folder, Storage
from backend.seal import Sealer
from backend.settings import Settings


@dataclass(frozen=True)
class Media:
    """What the application plugs in."""

    links: Links
    storage: Storage
    fetcher: Fetcher

    def blueprint(self, addresses: Mapping[str, tuple[Callable[[str], str], str]]) -> Blueprint:
        """The door. ``addresses`` tells, for each messenger, where a file of its own can be fetched, and the
        origin that the operator has named for them, if any."""
        sources: dict[str, views.Source] = {
            "web": self.fetcher.open,
            "stored": lambda key: File("", None, self.storage.open(key)),
        }
        return views.blueprint(
            links=self.links, sources={**{name: self._fetched(*found) for name, found in addresses.items()}, **sources}
        )

    def read(self, url: str, max_bytes: int) -> bytes:
        """A whole file by its link. Raises ``NeighbourError``."""
        parts, left = [], max_bytes
        try:
            for chunk in self.fetcher.open(url).chunks:
                parts.append(chunk)
                left -= len(chunk)
                if left < 0:
                    raise NeighbourError(f"the file has over {max_bytes // 1_000_000} MB", permanent=True)
        except CannotFetch as error:
            raise NeighbourError(f"the file cannot be fetched: {error}", permanent=error.is_forbidden) from error
        return b"".join(parts)

    def _fetched(self, where: Callable[[str], str], origin: str) -> views.Source:
        def source(address: str) -> File:
            try:
                return self.fetcher.open(where(address), trusted=origin)
            except CannotFetch:
                raise
            except Exception as error:  # the messenger's own failures: whatever they are, the file cannot be had
                raise CannotFetch(str(error)) from error

        return source


def open_media(settings: Settings, sealer: Sealer) -> Media:
    """Build the room from the settings."""

    def instead(host: str) -> str | None:
        is_kommo = any(each.serves(host, is_chat=kind) for each in PLATFORMS.values() for kind in (True, False))
        return settings.dev_kommo_url if is_kommo else None

    return Media(Links(sealer, settings.public_url), _storage(settings), Fetcher(instead=instead))


def _storage(settings: Settings) -> Storage:
    if settings.s3_endpoint and settings.s3_bucket and settings.s3_access_key and settings.s3_secret_key:
        return S3(
            settings.s3_endpoint,
            settings.s3_bucket,
            settings.s3_region,
            settings.s3_access_key,
            settings.s3_secret_key.get_secret_value(),
        )
    return Folder(settings.media_folder)
