"""How callers speak to us: origins, bodies, problems, security headers."""
