"""Which part of Kommo a ``Host`` header names, and the lines a hosts file needs to reach the sandbox by true names."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

ZONES = ("kommo.com", "amocrm.com", "amocrm.ru")
Kind = Literal["account", "amojo", "www", "api", "drive", "loopback", "unknown"]
HOST = re.compile(r"(?P<label>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.(?P<zone>kommo\.com|amocrm\.com|amocrm\.ru)\Z")
SHARED = {"amojo": "amojo", "www": "www"}


@dataclass(frozen=True)
class Place:
    """What a host name stands for: its kind, its first label, and its zone (``kommo.com``)."""

    kind: Kind
    label: str = ""
    zone: str = ""


@lru_cache(maxsize=1024)
def place_of(host: str) -> Place:
    """Read a ``Host`` header. A bare loopback name or address serves every room as the first account."""
    name = host.rsplit(":", 1)[0] if not host.startswith("[") else host.partition("]")[0] + "]"
    name = name.lower()
    if name in ("localhost", "127.0.0.1", "[::1]"):
        return Place("loopback")
    found = HOST.match(name)
    if not found:
        return Place("unknown")
    label, zone = found["label"], found["zone"]
    if label in SHARED:
        return Place("amojo" if label == "amojo" else "www", label, zone)
    if label.startswith("api-"):
        return Place("api", label, zone)
    if label.startswith("drive-"):
        return Place("drive", label, zone)
    return Place("account", label, zone)


def hosts_lines(subdomains: list[str], address: str = "127.0.0.1") -> list[str]:
    """Return the lines for a hosts file that lead every Kommo name to ``address``."""
    names = [f"{label}.{zone}" for zone in ZONES for label in ("amojo", "www", *subdomains)]
    names += ["api-c.kommo.com", "drive-c.kommo.com"]
    return [f"{address} {name}" for name in names]
