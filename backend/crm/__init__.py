"""The CRM beside the chat: leads, calls, hooks about what changes, and the companion API for own apps."""
