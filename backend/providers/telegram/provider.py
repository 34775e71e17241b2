"""The provider contract over the Bot API. https://core.telegram.org/bots/api#sendmessage"""

from typing import Any
from urllib.parse import unquote, urlsplit

from backend.errors import NeighbourError
from backend.providers.base import Capabilities, DeliveryError, Line, Outgoing, ReadFile, WrongCredentials, no_files
from backend.providers.parts import Button, Menu, Passage
from backend.providers.telegram.api import BotApi, Upload, hook_secret, wants_upload
from backend.providers.telegram.updates import OF_MENU

MAX_TEXT, MAX_CAPTION = 4096, 1024  # characters
_MOST_BEGUN = 1000  # messages of which some parts were sent
MAX_KEY = 64  # bytes of what a button sends back
EVENTS = ["message", "edited_message", "message_reaction", "callback_query"]
_Part = tuple[str, dict[str, Any]]  # a method and its members
_METHODS = {
    "picture": ("sendPhoto", "photo"), "file": ("sendDocument", "document"), "video": ("sendVideo", "video"),
    "audio": ("sendAudio", "audio"), "voice": ("sendVoice", "voice"), "sticker": ("sendSticker", "sticker"),
}  # fmt: skip


_MEMBERS = dict(_METHODS.values())


class Telegram:
    """A bot's chats. ``public_url`` is where Telegram finds our door."""

    name = "telegram"
    capabilities = Capabilities(
        types=frozenset({"text", *_METHODS}),
        max_file_bytes=20_000_000,
        quoting=True,
        buttons=True,
        reactions=True,
        typing=True,
    )

    def __init__(self, api: BotApi, public_url: str, read_file: ReadFile = no_files) -> None:
        self._api = api
        self._read_file = read_file
        self._public_url = public_url.rstrip("/")
        self._begun: dict[tuple[str, str], tuple[int, str | None]] = {}

    def check(self, login: str, password: str) -> Line:
        """Ask Telegram who the token is, compare with the login, and let the bot's updates come to our door."""
        try:
            bot = self._api.ask(password, "getMe")
        except DeliveryError as error:
            raise NeighbourError(error.reason, permanent=False) from error
        if not isinstance(bot, dict) or "id" not in bot:
            raise NeighbourError("Telegram does not say whose token this is", permanent=False)
        name = str(bot.get("username") or "")
        if name.lower() != login.strip().removeprefix("@").lower():
            raise WrongCredentials
        key = str(bot["id"])
        self._api.ask(
            password, "setWebhook", url=f"{self._public_url}/providers/telegram/{key}",
            secret_token=hook_secret(password), allowed_updates=EVENTS,
            max_connections=1,  # or Telegram would bring the updates of one chat side by side
        )  # fmt: skip
        return Line(key, str(bot.get("first_name") or name), password, f"https://t.me/{name}")

    def send(self, line: Line, message: Outgoing) -> str | None:
        """Send a message; what does not fit into one goes as several. Gives the id of the last one."""
        target = {"chat_id": message.conversation, "reply_parameters": _reply(message.reply_to)}
        parts = [*_forwarded(message.forwards), *_own(message)]
        begun, last = self._begun.pop((line.key, message.id), (0, None))
        for number in range(begun, len(parts)):
            method, members = parts[number]
            try:
                last = _id_of(self._hand_over(line, method, {**target, **members}))
            except DeliveryError:
                self._remember((line.key, message.id), number, last)
                raise
        return last

    def _remember(self, message: tuple[str, str], number: int, last: str | None) -> None:
        """Which part of a message is next, so that another try does not show the first ones again."""
        if len(self._begun) >= _MOST_BEGUN:
            self._begun.pop(next(iter(self._begun)), None)
        self._begun[message] = number, last

    def react(self, line: Line, conversation: str, message_id: str, emoji: str | None) -> None:
        """Set the bot's reaction, or take it back."""
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        self._ask(line, "setMessageReaction", chat_id=conversation, message_id=_number(message_id), reaction=reaction)

    def show_typing(self, line: Line, conversation: str) -> None:
        """Show for some seconds that the bot is typing."""
        self._ask(line, "sendChatAction", chat_id=conversation, action="typing")

    def _hand_over(self, line: Line, method: str, members: dict[str, Any]) -> Any:
        """Send one part; a file by its link, or itself where Telegram does not fetch it."""
        try:
            return self._ask(line, method, **members)
        except DeliveryError as error:
            member = _MEMBERS.get(method)
            if member is None or not wants_upload(error):
                raise
        link = str(members[member])
        try:
            content = self._read_file(link, self.capabilities.max_file_bytes or 0)
        except NeighbourError as error:
            raise DeliveryError(error.reason, permanent=error.permanent) from error
        name = unquote(urlsplit(link).path.rpartition("/")[2]) or member
        return self._ask(line, method, **{**members, member: Upload(name, content)})

    def _ask(self, line: Line, method: str, **members: Any) -> Any:
        if line.secret is None:
            raise DeliveryError("the bot's token was not kept: link the line again", permanent=True, code=902)
        try:
            return self._api.ask(line.secret, method, **members)
        except WrongCredentials:
            raise DeliveryError("Telegram does not know the bot's token any more", permanent=True, code=902) from None


def _id_of(sent: object) -> str | None:
    """The message's id. An answer without one is no reason to send the message again."""
    return str(sent["message_id"]) if isinstance(sent, dict) and "message_id" in sent else None


def _reply(message_id: str | None) -> dict[str, Any] | None:
    if message_id is None or not message_id.isdecimal():
        return None
    return {"message_id": int(message_id), "allow_sending_without_reply": True}


def _number(message_id: str) -> int:
    if not message_id.isdecimal():
        raise DeliveryError("this message is not known to Telegram", permanent=True)
    return int(message_id)


def _own(message: Outgoing) -> list[_Part]:
    """The message's own parts: its file with a caption if that fits, its text, its buttons under the last of them."""
    quote = message.quoted.written("❝") if message.quoted and not _reply(message.reply_to) else ""
    menu = message.menu.written(with_rows=False) if message.menu else ""
    text = "\n".join(part for part in (quote, message.text, menu) if part)
    parts: list[_Part] = []
    if message.media is not None and message.type in _METHODS:
        is_caption = message.type != "sticker" and len(text) <= MAX_CAPTION
        parts.append(_file(message.type, message.media.url, text if is_caption else ""))
        text = "" if is_caption else text
    parts += [("sendMessage", {"text": text[start : start + MAX_TEXT]}) for start in range(0, len(text), MAX_TEXT)]
    keyboard = _choices(message.menu) if message.menu else _keyboard(message.buttons)
    if parts and keyboard:
        parts[-1][1]["reply_markup"] = keyboard
    return parts


def _forwarded(passages: tuple[Passage, ...]) -> list[_Part]:
    """Messages that are passed on: a file as a file, a text as a quotation."""
    parts: list[_Part] = []
    for passage in passages:
        if passage.link and passage.type in _METHODS:
            said = f"↪ {passage.sender_name}\n{passage.text}".strip()
            is_sticker = passage.type == "sticker"
            parts.append(_file(passage.type, passage.link, "" if is_sticker else said[:MAX_CAPTION]))
        else:
            parts.append(("sendMessage", {"text": passage.written("↪")[:MAX_TEXT]}))
    return parts


def _file(kind: str, url: str, caption: str) -> _Part:
    method, member = _METHODS[kind]
    return method, {member: url, "caption": caption or None}


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> dict[str, Any] | None:
    """Buttons whose text is an answer replace the keyboard; if one of them has a link, all stand under the message."""
    if not rows:
        return None
    if any(button.url for row in rows for button in row):
        return {"inline_keyboard": [[_inline(button) for button in row] for row in rows]}
    return {"keyboard": [[{"text": b.text} for b in row] for row in rows], "resize_keyboard": True,
            "one_time_keyboard": True}  # fmt: skip


def _inline(button: Button) -> dict[str, str]:
    return {"text": button.text, **({"url": button.url} if button.url else {"callback_data": _short(button.text)})}


def _choices(menu: Menu) -> dict[str, Any]:
    """A menu's rows as buttons whose key comes back."""
    return {
        "inline_keyboard": [
            [{"text": " · ".join(filter(None, (choice.title, choice.description))),
              "callback_data": _short(OF_MENU + (choice.key or choice.title))}]
            for choice in menu.choices()
        ]
    }  # fmt: skip


def _short(key: str) -> str:
    return key.encode()[:MAX_KEY].decode(errors="ignore")
