"""Telegram through its Bot API: the login is the bot's name, the password its token."""
