"""Response models of uploads, for the OpenAPI document."""

from pydantic import Field

from chalicelib.core.http.schemas import ResponseModel


class Upload(ResponseModel):
    """Where to send a large file: a form with these fields, followed by the field `file`."""

    upload_id: str = Field(description="The id of the upload, to be submitted with `POST /api/predict/{id}`.")
    url: str = Field(description="The URL to send the form to.")
    fields: dict[str, str] = Field(description="The fields of the form.")
    expires_in: int = Field(description="How long the form is valid, in seconds.")
    bytes_max: int = Field(description="Largest file that can be uploaded, in bytes.")
