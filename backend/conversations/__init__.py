"""Messages both ways, edits, reactions, typing and delivery statuses."""
