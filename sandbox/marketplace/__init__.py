"""Widgets of the account: the loaded zip, installing, uninstalling, settings, and where it is a source."""
