"""HTTP routes of accounts: register, log in and out, show the account, change its password, delete it."""

from typing import Literal, Protocol

from chalice import Response
from chalice.app import Request

from chalicelib.auth import schemas
from chalicelib.auth.authentication import BEARER, current_session, current_user
from chalicelib.auth.normalization import AccountDeletion, Credentials, PasswordChange, Registration, login_key
from chalicelib.auth.repository import EmailTakenError, NameTakenError
from chalicelib.auth.service import Accounts, Session, SessionWithoutIdError, WrongCredentialsError, WrongPasswordError
from chalicelib.core.http.bodies import json_body, parsed_options
from chalicelib.core.http.client_address import ClientAddresses
from chalicelib.core.http.endpoints import Endpoints, no_content, ok
from chalicelib.core.http.schemas import InputProblem, RequestModel, optional_field
from chalicelib.core.rate_limits import LIMITED, Limits


class Erasure(Protocol):
    """The erasure of a deleted account's predictions and files."""

    def begin(self, user_id: str) -> None:
        """Erase as much as a request has time for. The dispatcher erases the rest later."""


class Services(Protocol):
    """The services that these views need."""

    @property
    def accounts(self) -> Accounts: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def client_addresses(self) -> ClientAddresses: ...

    @property
    def erasure(self) -> Erasure: ...


routes = Endpoints[Services](__name__)


@routes.endpoint(
    "/api/auth/register",
    "POST",
    body=Registration,
    answers={201: schemas.Session, 409: InputProblem},
    errors=(NameTakenError, EmailTakenError, *LIMITED),
)
def register(request: Request, services: Services) -> Response:
    """Create an account, grant its first coins, and return an access token."""
    registration = json_body(request, Registration)
    with services.limits.registration(services.client_addresses.of(request)):
        session = services.accounts.register(registration)
    return ok(_document(session), 201)


@routes.endpoint(
    "/api/auth/login",
    "POST",
    body=Credentials,
    answers={200: schemas.Session},
    errors=(WrongCredentialsError, *LIMITED),
)
def login(request: Request, services: Services) -> Response:
    """Log in with name or e-mail address and password, and return an access token."""
    credentials = json_body(request, Credentials)
    with services.limits.log_in(
        services.client_addresses.of(request), login_key(credentials.name), WrongCredentialsError
    ):
        session = services.accounts.log_in(credentials)
    return ok(_document(session))


@routes.endpoint("/api/auth/me", "GET", answers={200: schemas.Account}, auth=BEARER)
def me(request: Request, services: Services) -> Response:
    """Return the account of the token's user."""
    user = current_user(request, services.accounts)
    return ok(
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "created_at": user.created_at,
            "intended_use": user.intended_use,
            "intended_use_at": user.intended_use_at,
        }
    )


class _LogOut(RequestModel):
    # Unknown options are errors, so that a misspelled one does not end every session of the user.
    only: Literal["this"] = optional_field(
        "`this` ends only the session of the token. Without it, every session of the user ends. At most 20 sessions "
        "that were ended alone are remembered until their tokens expire; ending one more alone ends every session."
    )


@routes.endpoint(
    "/api/auth/logout",
    "POST",
    query=_LogOut,
    answers={204: None},
    errors=(SessionWithoutIdError,),
    auth=BEARER,
)
def logout(request: Request, services: Services) -> Response:
    """End every session of the user, on all devices; with `only=this` only the session of the token."""
    user, claims = current_session(request, services.accounts)
    if parsed_options(request, _LogOut).only == "this":
        services.accounts.log_out_session(user, claims)
    else:
        services.accounts.log_out(user)
    return no_content()


@routes.endpoint(
    "/api/auth/password",
    "PUT",
    body=PasswordChange,
    answers={204: None},
    errors=(WrongPasswordError, *LIMITED),
    auth=BEARER,
)
def password(request: Request, services: Services) -> Response:
    """Change the password, given the old one. All tokens of the user become invalid, this one included."""
    user = current_user(request, services.accounts)
    change = json_body(request, PasswordChange)
    with services.limits.password(user.id, WrongPasswordError):
        services.accounts.change_password(user, change.old_password, change.new_password)
    return no_content()


@routes.endpoint(
    "/api/auth/me",
    "DELETE",
    body=AccountDeletion,
    answers={204: None},
    errors=(WrongPasswordError, *LIMITED),
    auth=BEARER,
)
def delete_me(request: Request, services: Services) -> Response:
    """Delete the account, given the password: end open predictions, erase personal data and files."""
    user = current_user(request, services.accounts)
    deletion = json_body(request, AccountDeletion)
    with services.limits.password(user.id, WrongPasswordError):
        services.accounts.delete(user, deletion.password)
    services.erasure.begin(user.id)
    return no_content()


def _document(session: Session) -> dict[str, object]:
    user = session.user
    return {
        "access_token": session.access_token,
        "token_type": "bearer",
        "expires_in": session.expires_in,
        "user_info": {"id": user.id, "name": user.name, "email": user.email},
    }
