"""Posts hooks through a courier, and lets the hook faults strike on the way."""

from collections.abc import Callable
from dataclasses import replace

from sandbox.accounts import Accounts
from sandbox.courier import Courier
from sandbox.faults import HOOK, Faults
from sandbox.outbound import Outcome, Outgoing, Send

LATE_S = 60.0
Keep = Callable[[Outcome], None]
Errand = Callable[[], None]


class HookPost:
    """One queue of hooks. ``keep`` hears the outcome of the first sending."""

    def __init__(self, courier: Courier, faults: Faults, accounts: Accounts, send: Send) -> None:
        self.courier = courier
        self._faults = faults
        self._accounts = accounts
        self._send = send
        self._held: list[Errand] = []

    def post(self, outgoing: Outgoing, keep: Keep, *, due_at: float) -> None:
        """Send a hook at ``due_at`` (sandbox time)."""
        account = self._accounts.by_id.get(outgoing.account_id or 0)
        struck = self._faults.strike(HOOK, outgoing.label, account.subdomain if account else None)
        names = {fault.name for fault in struck}
        if "hook-lost" in names:
            keep(Outcome(0, "the hook was lost by a fault"))
            return
        if "wrong-signature" in names:
            outgoing = replace(outgoing, headers=outgoing.headers | {"X-Signature": "0" * 40})
        errand = self._errand(outgoing, keep, times=2 if "hook-twice" in names else 1)
        late = [LATE_S if fault.seconds is None else fault.seconds for fault in struck if fault.name == "hook-late"]
        if "out-of-order" in names and not self._held:
            self._held.append(errand)
            return
        self.courier.post(errand, due_at=due_at + sum(late))
        while self._held:
            self.courier.post(self._held.pop(0), due_at=due_at)

    def _errand(self, outgoing: Outgoing, keep: Keep, *, times: int) -> Errand:
        def run() -> None:
            keep(self._send(outgoing))
            for _ in range(times - 1):
                self._send(outgoing)

        return run
