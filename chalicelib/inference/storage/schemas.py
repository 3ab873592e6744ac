"""Response models of the routes about uploads. They appear in the OpenAPI document."""

from pydantic import Field

from chalicelib.core.http.schemas import ResponseModel


class Upload(ResponseModel):
    """Where to send a large file: a form with these fields, followed by the field `file`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    expires_in: int = Field(description="How long the form is valid, in seconds.")
    bytes_max: int = Field(description="Largest file that can be uploaded, in bytes.")
