"""The service behind the widget: links Kommo accounts to a chat channel and relays messages both ways."""
