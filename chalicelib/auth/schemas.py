"""Response models of accounts and sessions, for the OpenAPI document."""

from typing import Literal

from pydantic import Field

from chalicelib.core.http.schemas import Instant, ResponseModel


class User(ResponseModel):
    """A user."""

    id: str = Field(description="The user's id: 32 hexadecimal digits.")
    name: str = Field(description="The user's name, as it was registered.")
    email: str = Field(description="The user's e-mail address, as it was registered.")


class Account(User):
    """The caller's account."""

    created_at: Instant = Field(description="When the account was created: ISO 8601 in UTC with milliseconds.")
    intended_use: str | None = Field(
        description="The version of the statement of intended use that the user accepted; null if none."
    )
    intended_use_at: Instant | None = Field(description="When the user accepted it; null if never.")


class Session(ResponseModel):
    """An access token and its user."""

    access_token: str = Field(description="The access token. Send it as `Authorization: Bearer ...`.")
    token_type: Literal["bearer"] = Field(description="Always `bearer`.")
    expires_in: int = Field(description="The seconds until the token expires.")
    user_info: User = Field(description="The user of the token.")
