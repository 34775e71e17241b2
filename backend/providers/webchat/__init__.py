"""The messenger that is built in: a page where a visitor of a site writes, and sees the manager's answers live."""
