"""The account's files: upload in parts, list, rename, remove, download."""
