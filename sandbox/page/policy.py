"""Whom a hosted widget may speak to, and what it hears from the others.

The page's own server and the integration's server are open. The browser refuses every other host by
Content-Security-Policy, and the page shows each refusal; a request with a canned answer, or any when ``answers`` is
``shaped``, is answered by the sandbox instead.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Canned:
    """An answer prepared for requests whose address fits the pattern ``url`` (``https://api.example/v1/*``)."""

    url: str
    method: str = "*"
    status: int = 200
    body: Any = field(default_factory=dict)

    def fits(self, method: str, url: str) -> bool:
        """Say whether a request is answered by this."""
        return fnmatchcase(url, self.url) and self.method in ("*", method.upper())


@dataclass(frozen=True)
class Policy:
    """``allowed`` are origins; ``constants`` are laid over those of the page, key by key."""

    allowed: tuple[str, ...] = ()
    answers: Literal["refused", "shaped"] = "refused"
    constants: dict[str, dict[str, Any]] = field(default_factory=dict)
    canned: tuple[Canned, ...] = ()

    def with_backend(self, redirect_uri: str) -> "Policy":
        """Return the policy with the server that the integration's redirect address names allowed too."""
        return Policy((*self.allowed, origin_of(redirect_uri)), self.answers, self.constants, self.canned)

    def header(self) -> str:
        """Return the Content-Security-Policy of the page.

        Inline script and eval are open: widgets and their template engines use both in the CRM.
        """
        outside = " ".join(self.allowed)
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' 'unsafe-inline' 'unsafe-eval' {outside}",
                f"style-src 'self' 'unsafe-inline' {outside}",
                f"img-src 'self' data: blob: {outside}",
                f"media-src 'self' data: blob: {outside}",
                f"font-src 'self' data: {outside}",
                f"connect-src 'self' {outside}",
                f"frame-src 'self' {outside}",
                "object-src 'none'",
                "base-uri 'self'",
            )
        )

    def allows(self, url: str) -> bool:
        """Say whether the CRM's proxy (``crm_post``) may call the address."""
        return origin_of(url) in self.allowed

    def canned_for(self, method: str, url: str) -> Canned | None:
        """Return the prepared answer for a request, or None."""
        return next((each for each in self.canned if each.fits(method, url)), None)
