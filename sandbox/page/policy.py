"""Whom a hosted widget may speak to: the page's own server, the integration's server, and hosts named by the person.

The browser enforces it by Content-Security-Policy; the page shows each refusal.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Policy:
    """Origins a widget may reach. ``answers`` says what a refused request gets: an error, or a shaped answer."""

    allowed: tuple[str, ...] = ()
    answers: str = "refused"
    constants: dict[str, object] = field(default_factory=dict)

    @classmethod
    def for_backend(cls, redirect_uri: str) -> "Policy":
        """Return the default: only the server that the integration's redirect address names."""
        return cls(allowed=(origin_of(redirect_uri),))

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
