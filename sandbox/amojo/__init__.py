"""The chat service (amojo): channels, scopes, chats, messages, and the hooks it sends."""
