"""Ports of this machine."""

import socket

from programs.child import StartError


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, setting: str) -> None:
    """Raise ``StartError`` when something listens on ``port`` already. ``setting``: ``make demo BACKEND_PORT``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            another = f"{setting}={port + 10}"
            raise StartError(f"port {port} is taken: stop what uses it, or choose another: {another}") from error
