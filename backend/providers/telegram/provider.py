"""The provider contract over the Bot API. https://core.telegram.org/bots/api#sendmessage"""

from typing import Any

from backend.errors import NeighbourError
from backend.providers.base import Capabilities, DeliveryError, Line, Outgoing, WrongCredentials
from backend.providers.telegram.api import BotApi, hook_secret

MAX_TEXT, MAX_CAPTION = 4096, 1024  # characters
EVENTS = ["message", "edited_message", "message_reaction"]
_METHODS = {
    "picture": ("sendPhoto", "photo"), "file": ("sendDocument", "document"), "video": ("sendVideo", "video"),
    "audio": ("sendAudio", "audio"), "voice": ("sendVoice", "voice"), "sticker": ("sendSticker", "sticker"),
}  # fmt: skip


class Telegram:
    """A bot's chats. ``public_url`` is where Telegram finds our door."""

    name = "telegram"
    capabilities = Capabilities(
        types=frozenset({"text", *_METHODS}), max_file_bytes=20_000_000, quoting=True, reactions=True, typing=True
    )

    def __init__(self, api: BotApi, public_url: str) -> None:
        self._api = api
        self._public_url = public_url.rstrip("/")

    def check(self, login: str, password: str) -> Line:
        """Ask Telegram who the token is, compare with the login, and let the bot's updates come to our door."""
        try:
            bot = self._api.ask(password, "getMe")
        except DeliveryError as error:
            raise NeighbourError(error.reason, permanent=False) from error
        name = str(bot.get("username") or "")
        if name.lower() != login.strip().removeprefix("@").lower():
            raise WrongCredentials
        key = str(bot["id"])
        self._api.ask(
            password, "setWebhook", url=f"{self._public_url}/providers/telegram/{key}",
            secret_token=hook_secret(password), allowed_updates=EVENTS,
        )  # fmt: skip
        return Line(key, str(bot.get("first_name") or name), password, f"https://t.me/{name}")

    def send(self, line: Line, message: Outgoing) -> str | None:
        """Send a message; a text over the limit goes as several. Gives the id of the last one."""
        target = {"chat_id": message.conversation, "reply_parameters": _reply(message.reply_to)}
        if message.media is not None and message.type in _METHODS:
            method, member = _METHODS[message.type]
            caption = message.text if message.type != "sticker" and len(message.text) <= MAX_CAPTION else None
            sent = self._ask(line, method, **target, **{member: message.media.url}, caption=caption or None)
            if caption is not None or not message.text:
                return str(sent["message_id"])
        keyboard = _keyboard(message.extra.get("markup") or {})
        for start in range(0, len(message.text), MAX_TEXT):
            part = message.text[start : start + MAX_TEXT]
            is_last = start + MAX_TEXT >= len(message.text)
            sent = self._ask(line, "sendMessage", **target, text=part, reply_markup=keyboard if is_last else None)
        return str(sent["message_id"])

    def react(self, line: Line, conversation: str, message_id: str, emoji: str | None) -> None:
        """Set the bot's reaction, or take it back."""
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        self._ask(line, "setMessageReaction", chat_id=conversation, message_id=_number(message_id), reaction=reaction)

    def show_typing(self, line: Line, conversation: str) -> None:
        """Show for some seconds that the bot is typing."""
        self._ask(line, "sendChatAction", chat_id=conversation, action="typing")

    def _ask(self, line: Line, method: str, **members: Any) -> Any:
        if line.secret is None:
            raise DeliveryError("the bot's token was not kept: link the line again", permanent=True, code=902)
        try:
            return self._api.ask(line.secret, method, **members)
        except WrongCredentials:
            raise DeliveryError("Telegram does not know the bot's token any more", permanent=True, code=902) from None


def _reply(message_id: str | None) -> dict[str, Any] | None:
    if message_id is None or not message_id.isdecimal():
        return None
    return {"message_id": int(message_id), "allow_sending_without_reply": True}


def _number(message_id: str) -> int:
    if not message_id.isdecimal():
        raise DeliveryError("this message is not known to Telegram", permanent=True)
    return int(message_id)


def _keyboard(markup: dict[str, Any]) -> dict[str, Any] | None:
    """Buttons with links go under the message; buttons whose text is an answer replace the keyboard."""
    rows = [[button for button in row if isinstance(button, dict) and button.get("text")]
            for row in markup.get("buttons") or [] if isinstance(row, list)]  # fmt: skip
    if not any(rows):
        return None
    if any(button.get("url") for row in rows for button in row):
        return {
            "inline_keyboard": [[{"text": b["text"], "url": b["url"]} for b in row if b.get("url")] for row in rows]
        }
    return {"keyboard": [[{"text": b["text"]} for b in row] for row in rows], "resize_keyboard": True,
            "one_time_keyboard": True}  # fmt: skip
