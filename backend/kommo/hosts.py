"""The two platforms and the closed list of their hosts: nothing that carries a secret goes anywhere else.

Kommo and amoCRM are separate servers: an account, an integration or a channel of one does not exist on the other, and
nothing is ever sent from one to the other. https://www.amocrm.ru/developers/content/crm_platform/separate-platforms

Kommo tells us an account's host in ``referer``, in redirects and in links; none of these is signed, so each is checked
here. https://developers.kommo.com/docs/oauth-20
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Platform:
    """Where one platform lives. Of zones and chat hosts the first is today's, the others are former names of it."""

    name: str
    zones: tuple[str, ...]
    amojo_hosts: tuple[str, ...]
    consent_site: str

    @property
    def amojo_host(self) -> str:
        """The chat service's host."""
        return self.amojo_hosts[0]

    def serves(self, host: str, *, is_chat: bool) -> bool:
        """Tell whether ``host`` is the chat service's, or else an account's, on this platform."""
        return host in self.amojo_hosts if is_chat else is_account_host(host, self.zones)


KOMMO = Platform("kommo", ("kommo.com", "amocrm.com"), ("amojo.kommo.com", "amojo.amocrm.com"), "https://www.kommo.com")
AMOCRM = Platform("amocrm", ("amocrm.ru",), ("amojo.amocrm.ru",), "https://www.amocrm.ru")
PLATFORMS = {each.name: each for each in (KOMMO, AMOCRM)}
ALL_ZONES = tuple(zone for each in PLATFORMS.values() for zone in each.zones)

# Names in Kommo's zones that belong to no account; some are served by other companies.
_NOT_ACCOUNTS = frozenset({"www", "amojo", "developers", "developer", "support", "status", "help", "blog", "mail"})
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.ASCII)
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")


class ForeignHost(ValueError):
    """A host outside the closed list. The message never repeats the host: it came from a stranger."""


def account_host(text: str, zones: Collection[str]) -> str:
    """Return the account host that ``text`` (a ``referer``) names, in lower case.

    One DNS label and one of ``zones``, nothing around it. Raises ``ForeignHost``.
    """
    if len(text) > 253 or not _PRINTABLE.match(text):
        raise ForeignHost("not the host of an account: empty, too long, or with characters that no host has")
    label, dot, zone = text.lower().partition(".")
    if not dot or zone not in zones:
        raise ForeignHost(f"not the host of an account: expected <name>.{' or <name>.'.join(zones)}")
    if not _LABEL.match(label) or label.startswith("xn--") or label in _NOT_ACCOUNTS:
        raise ForeignHost("not the host of an account: the name before the zone cannot be an account's")
    return f"{label}.{zone}"


def platform_of(host: str) -> Platform:
    """Return the platform that a host belongs to. Raises ``ForeignHost``."""
    zone = host.partition(".")[2]
    for platform in PLATFORMS.values():
        if zone in platform.zones:
            return platform
    raise ForeignHost("neither a host of Kommo nor of amoCRM")


def is_account_host(host: str, zones: Collection[str]) -> bool:
    """Tell whether ``host`` is an account's."""
    try:
        return account_host(host, zones) == host
    except ForeignHost:
        return False


def account_of_url(url: str, zones: Collection[str]) -> str:
    """Return the account host of an address such as a token's issuer, ``https://<sub>.<zone>`` with no path.

    Raises ``ForeignHost``.
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "https" or not separator:
        raise ForeignHost("not the address of an account: it must begin with https://")
    return account_host(rest.removesuffix("/"), zones)


def url_host(url: str) -> str:
    """Return the host of an https address without port, login or fragment. Raises ``ForeignHost``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForeignHost("not an address") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port not in (None, 443):
        raise ForeignHost("not an https address of a plain host")
    return parts.hostname
