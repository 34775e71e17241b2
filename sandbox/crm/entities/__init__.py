"""Leads, contacts, companies: their records, their links, and what is not sorted yet."""
