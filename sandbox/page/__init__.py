"""The page of the CRM that hosts a built widget, and what its JavaScript asks for under ``/ajax/``."""
