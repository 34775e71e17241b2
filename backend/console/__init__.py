"""The operator's pages: links, deliveries as they happen, what was given up. Off until a password is set."""
