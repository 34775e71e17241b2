"""How Kommo speaks: its protocol as pure functions, and the one room that opens connections to it."""
