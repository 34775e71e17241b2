"""Refusals of the token endpoint as seen live: Russian titles on both platforms, ``hint`` tells them apart."""

from typing import Any

TYPE = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


class TokenRefused(Exception):
    """A token request that is refused. ``hint`` None is the refused client, which has no hint at all."""

    def __init__(self, status: int, hint: str | None, why: str = "") -> None:
        super().__init__(why or hint or "client refused")
        self.status = status
        self.hint = hint
        self.why = why or hint or "client refused"

    def as_json(self) -> dict[str, Any]:
        """Return the answer's body."""
        if self.hint is None:
            return {
                "title": "Некорректный клиент",
                "type": TYPE,
                "status": self.status,
                "detail": "Авторизация клиента не прошла",
            }
        return {
            "hint": self.hint,
            "title": "Некорректный запрос",
            "type": TYPE,
            "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
            "status": self.status,
        }
