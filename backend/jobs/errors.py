"""How a handler says that a job is not done."""


class RetryLater(Exception):
    """Not now: the lane waits ``after_s`` seconds, or as long as the backoff says."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s


class GiveUp(Exception):
    """Never again: the job is buried with this reason and its lane goes on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeaseLost(Exception):
    """Another worker holds the lane by now: whatever this one was about to write is rolled back."""
