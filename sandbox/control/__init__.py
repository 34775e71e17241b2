"""The sandbox's own address (/_sandbox), apart from what it imitates: reset, clock, faults, hooks, log, scenarios."""
