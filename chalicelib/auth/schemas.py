"""What the answers about accounts look like, for the OpenAPI document."""

from typing import Literal

from pydantic import Field

from chalicelib.core.http.schemas import Instant, ResponseModel


class User(ResponseModel):
    """Who somebody is."""

    id: str
    name: str
    email: str


class Account(User):
    """The caller's account."""

    created_at: Instant
    intended_use: str | None = Field(description="The version of the statement of intended use that was accepted.")
    intended_use_at: Instant | None = Field(description="When it was accepted.")


class Session(ResponseModel):
    """An access token, and whom it speaks for."""

    access_token: str = Field(description="To be sent as `Authorization: Bearer ...`.")
    token_type: Literal["bearer"]
    expires_in: int = Field(description="The token's life in seconds.")
    user_info: User
