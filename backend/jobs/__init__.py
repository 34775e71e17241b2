"""Durable work: what came (inbox), what was promised (outbox), in which order (lanes)."""
