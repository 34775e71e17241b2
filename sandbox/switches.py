"""What the documentation leaves open, or says in two ways: one switch each, with the choice we think most likely.

Grades: D documented, O observed in public clients, A assumed, N not documented. ``COVERAGE.md`` prints this table.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal


def _switch(default: Any, grade: str, meaning: str) -> Any:
    """Declare a switch with the grade of its default and what it changes."""
    return field(default=default, metadata={"grade": grade, "meaning": meaning})


@dataclass(frozen=True)
class Switches:
    """All switches of a world. A new value is a new object: ``switches.changed(profile="amocrm")``."""

    profile: Literal["kommo", "amocrm"] = _switch("kommo", "D", "which of the two platforms is imitated")
    rate_limits: bool = _switch(True, "D", "answer 429 above 7 requests a second, then 403 as HTML")
    account_rate_limit: bool = _switch(
        True, "O", "amocrm profile: 50 requests a second for an account, over all integrations"
    )
    retry_after_s: int = _switch(1, "A", "retry_after of a 429; the documented sample shows 300")
    server_time: bool = _switch(True, "O", "token answers carry server_time")
    api_domain: bool = _switch(True, "O", "access tokens carry the claim api_domain")
    always_next: bool = _switch(False, "O", "lists give a next link on the last page too")
    filters_open: bool = _switch(True, "D", "amocrm profile: the account bought list filters; else they are ignored")
    context_user_status: int = _switch(401, "A", "status for an unknown or free X-Context-User-ID")
    chats_cookie_status: int = _switch(400, "A", "status for a request to /contacts/chats with a Cookie header")
    sources_limit: int = _switch(100, "D", "active sources per integration and account; another page says 50")
    templates_limit: int = _switch(100, "N", "chat templates per integration before 422")
    resolve_destinations: bool = _switch(True, "O", "a webhook's host must resolve when it is subscribed")
    own_changes_fire_hooks: bool = _switch(True, "A", "changes through the API send CRM hooks too")
    outgoing_message_root: Literal["message", "outgoing_message"] = _switch(
        "message", "A", "root of the CRM hook for an outgoing chat message"
    )
    moved_status: Literal[301, 302, 307, 308] = _switch(
        308, "A", "status of the redirect from an old host to the new one"
    )
    amojo_redirect: Literal[0, 307, 308] = _switch(0, "N", "amojo.amocrm.com answers a redirect to amojo.kommo.com")
    legacy_signatures: bool = _switch(False, "D", "connect, disconnect and message accept the body-only signature")
    time_window_in_connect: bool = _switch(True, "D", "the connect answer has is_time_window_disabled (newer form)")
    private_refusal_status: int = _switch(403, "A", "status when an account is not on a private channel's list")
    nested_profile: bool = _switch(
        False, "D", "create chat answers user.profile.phone, without its plus, instead of flat"
    )
    repeated_msgid: Literal["refuse", "first"] = _switch(
        "refuse", "A", "a repeated msgid: 400, or 200 with the first id"
    )
    strict_messages: bool = _switch(
        False, "D", "file_name, file_size and sender.name are demanded; live clients omit them"
    )
    strict_history: bool = _switch(False, "A", "a history limit above 50 is refused instead of cut to 50")
    strict_reactions: bool = _switch(False, "D", "react without emoji is refused; only Kommo's page demands it")
    typing_error_status: Literal[400, 404] = _switch(
        400, "A", "status for an incomplete typing call; Kommo's page says 404"
    )
    hooks_for_user_imports: bool = _switch(False, "N", "messages imported with a manager's ref_id send a hook too")
    hook_ending: Literal["lf", "lf-signed", "none"] = _switch(
        "lf", "O", "hook body: LF on the wire but not signed, LF signed too (literal reading), or no LF"
    )
    hook_delay_s: float = _switch(0.0, "D", "chat hooks come this late, as from the slow queue")
    minimal_hooks: bool = _switch(False, "D", "chat hooks leave out every optional field")
    hook_wait_s: float = _switch(5.0, "D", "seconds a chat hook may take")
    crm_hook_wait_s: float = _switch(2.0, "D", "seconds a CRM hook may take")
    install_wait_s: float = _switch(3.0, "D", "seconds the install hook may take")
    widget_hook_json: bool = _switch(False, "D", "the Digital Pipeline widget hook is JSON instead of a form")
    bot_token: Literal["HS512", "HS256"] = _switch(
        "HS512", "O", "algorithm of the Salesbot token; HS256 names client_uid"
    )

    @property
    def zone(self) -> str:
        """Return the zone of the account hosts: ``kommo.com`` or ``amocrm.ru``."""
        return "amocrm.ru" if self.profile == "amocrm" else "kommo.com"

    @property
    def is_kommo(self) -> bool:
        """Say whether the global platform is imitated."""
        return self.profile == "kommo"

    def changed(self, **values: Any) -> "Switches":
        """Return switches with ``values``; raise ValueError for an unknown name, with the known ones."""
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known: {', '.join(known)}")
            wanted = type(getattr(Switches(), name))
            if wanted is float and isinstance(value, int):
                continue
            if not isinstance(value, wanted):
                raise ValueError(f"switch {name}: {value!r} is not {wanted.__name__}")
        return replace(self, **values)
