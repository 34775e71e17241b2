"""Messengers: one folder each, all behind the contract in base.py."""
