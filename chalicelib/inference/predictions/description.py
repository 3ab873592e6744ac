"""The name and the note that users give their predictions, and the rules that check them."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.core.http.schemas import RequestModel
from chalicelib.core.invisible_characters import is_invisible

NAME_CHARACTERS_MAX = 100
NOTE_CHARACTERS_MAX = 200


def _visible(text: str) -> str:
    if any(map(is_invisible, text)):
        raise PydanticCustomError("control_characters", "a text must not contain control or invisible characters")
    return text


class Description(RequestModel):
    """The name and the note of a prediction. A field that is not sent stays as it is; an empty one is removed."""

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=NAME_CHARACTERS_MAX),
        AfterValidator(_visible),
        Field(description="The user's own name for the prediction. Empty: none. Send no names of persons."),
    ] = ""
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=NOTE_CHARACTERS_MAX),
        AfterValidator(_visible),
        Field(description="The user's note on the prediction. Empty: none. Send no names of persons."),
    ] = ""

    @property
    def sent(self) -> dict[str, str]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}
