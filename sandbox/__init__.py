"""A Kommo on the developer's machine: OAuth, CRM API, chats, hooks, faults and the page that hosts a widget."""
