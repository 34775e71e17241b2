"""What happens around an entity: tasks, notes, calls, events."""
