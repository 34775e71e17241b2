"""Any service of your own as a messenger: it answers two calls, and posts what its customers do to us."""
