"""JSON bodies as typed models: what is wrong is answered field by field."""

from typing import Annotated, Any, TypeVar

from flask import request
from flask.json.provider import DefaultJSONProvider
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from backend.errors import Refusal

Model = TypeVar("Model", bound=BaseModel)


class Body(BaseModel):
    """A body we take. Unknown members are mistakes of the sender and refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _printable(text: str) -> str:
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("control characters are not allowed")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)]


class BoundedJson(DefaultJSONProvider):
    """Flask's JSON, for which a body nested too deeply is a wrong body and not an error of ours."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse. Raises ``ValueError``."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def read(model: type[Model]) -> Model:
    """Read the request's body as ``model``. Raises ``Refusal`` that names every wrong field."""
    if request.mimetype != "application/json":
        raise Refusal("The body must be JSON: send Content-Type: application/json.", status=415)
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        wrong = [
            {"path": ".".join(str(part) for part in mistake["loc"]), "message": mistake["msg"]}
            for mistake in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise Refusal("The body does not have the form that this address takes.", errors=wrong) from None
