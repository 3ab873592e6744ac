"""What the answers about uploads look like, for the OpenAPI document."""

from pydantic import Field

from chalicelib.core.http.schemas import ResponseModel


class Upload(ResponseModel):
    """Where and how to put a large file: a form with these fields and, last, `file`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    expires_in: int = Field(description="How long the address is good, in seconds.")
    bytes_max: int = Field(description="The largest file that is taken.")
