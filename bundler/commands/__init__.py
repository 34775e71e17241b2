"""The verbs of ``build.py``, one module each."""
