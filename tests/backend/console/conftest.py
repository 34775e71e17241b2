from tests.backend.conversations.conftest import desk

__all__ = ["desk"]
