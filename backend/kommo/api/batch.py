"""Writing many items: cut at the documented limits, and every input told what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec

from backend.kommo.api.errors import ApiError, BadAnswer, Mistake, TooSlow
from backend.kommo.api.wire import Wire
from backend.kommo.errors import KommoError

T = TypeVar("T")

ADVISED = 50  # of the 250 allowed: https://developers.kommo.com/docs/limitations


class Written(msgspec.Struct, frozen=True):
    """What the API says about one written item."""

    id: int | str | None = None
    request_id: str | None = None
    entity_id: int | None = None
    entity_type: str | None = None
    updated_at: int | None = None
    uid: str | None = None


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """What became of one input: ``written``, or ``mistakes`` of its own, or ``failure`` of the call that carried it.

    With a failure whose ``is_uncertain`` is set, the item may have been written all the same. An item with neither was
    not sent, because a call before it failed.
    """

    item: T
    written: Written | None = None
    mistakes: tuple[Mistake, ...] = ()
    failure: KommoError | None = None

    @property
    def is_done(self) -> bool:
        """Whether the item was written."""
        return self.written is not None


Outcomes = list[Outcome[T]]


class _Answer(msgspec.Struct, frozen=True):
    embedded: dict[str, list[Written]] = msgspec.field(name="_embedded", default_factory=dict)
    errors: list[dict[str, Any]] = msgspec.field(default_factory=list)


def write_all(
    wire: Wire, method: str, path: str, key: str, items: Iterable[T], *, size: int = ADVISED
) -> list[Outcome[T]]:
    """Write ``items``, ``size`` at a time, and say for each, in order, what became of it.

    An item that the API finds fault with is left out and its neighbours are sent again without it: such an answer means
    that nothing was written. Any other failure ends the work; nothing after it is sent. Drafts carry no request id of
    their own: it is how answers are matched.
    """
    outcomes: list[Outcome[T]] = []
    rest = iter(items)
    for chunk in _chunks(rest, size):
        told = _write_chunk(wire, method, path, key, chunk)
        outcomes += told
        if any(outcome.failure is not None for outcome in told):
            break
    return outcomes + [Outcome(item) for item in rest]


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _write_chunk(wire: Wire, method: str, path: str, key: str, chunk: Sequence[T]) -> list[Outcome[T]]:
    told: dict[int, Outcome[T]] = {}
    while len(told) < len(chunk):
        waiting = [index for index in range(len(chunk)) if index not in told]
        body = [{**msgspec.to_builtins(chunk[index]), "request_id": str(index)} for index in waiting]
        try:
            answer = wire.write(method, path, body, _Answer) or _Answer()
        except TooSlow as error:
            if method == "PATCH" and len(chunk) > 1:  # may be repeated, and the advice is to send fewer
                half = len(chunk) // 2
                parts = (chunk[:half], chunk[half:])
                return [outcome for part in parts for outcome in _write_chunk(wire, method, path, key, part)]
            told |= {index: Outcome(chunk[index], failure=error) for index in waiting}
        except KommoError as error:
            at_fault = _at_fault(error, waiting, chunk)
            told |= at_fault or {index: Outcome(chunk[index], failure=error) for index in waiting}
        else:
            told |= _match(answer, key, waiting, chunk)
    return [told[index] for index in range(len(chunk))]


def _at_fault(error: KommoError, waiting: Sequence[int], chunk: Sequence[T]) -> dict[int, Outcome[T]]:
    """The inputs that the API found fault with; empty where the error is not about single inputs."""
    found: dict[int, list[Mistake]] = {}
    for mistake in error.mistakes if isinstance(error, ApiError) else ():
        index = int(mistake.request_id) if mistake.request_id.isascii() and mistake.request_id.isdigit() else -1
        if index in waiting:
            found.setdefault(index, []).append(mistake)
    return {index: Outcome(chunk[index], mistakes=tuple(mistakes)) for index, mistakes in found.items()}


def _match(answer: _Answer, key: str, waiting: Sequence[int], chunk: Sequence[T]) -> dict[int, Outcome[T]]:
    """Pair what was written with its input: by request id, or by id where the answer to an update leaves that out."""
    written = answer.embedded.get(key, [])
    by_request = {one.request_id: one for one in written if one.request_id is not None}
    by_id = {one.id: one for one in written if one.request_id is None and one.id is not None}
    at_fault = _at_fault(ApiError("", permanent=True, problem={"errors": answer.errors}), waiting, chunk)
    told = dict(at_fault)
    for index in waiting:
        one = by_request.get(str(index)) or by_id.get(getattr(chunk[index], "id", ""))
        if one is not None:
            told[index] = Outcome(chunk[index], one)
        elif index not in at_fault:
            silence = BadAnswer("the answer does not mention this item", permanent=True, is_uncertain=True)
            told[index] = Outcome(chunk[index], failure=silence)
    return told
