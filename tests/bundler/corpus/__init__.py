"""Seeded defects: a clean widget (``base/``) and patches (``defects/``), each with the rule that must catch it."""
