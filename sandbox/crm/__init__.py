"""The CRM of an account: API v4, its records, and its hooks."""
