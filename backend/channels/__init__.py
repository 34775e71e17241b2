"""The registered chat channel and the lines linked to it."""
