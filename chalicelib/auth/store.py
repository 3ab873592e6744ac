"""The users' and the logins' tables.

``users``: who somebody is, their balance and the generation of their tokens, read together on every request.
``logins``: ``name#...`` and ``email#...`` to the user and the password hash; what runs predictions can't read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.auth.names import email_key, name_key
from chalicelib.core.dynamo import TransactionCancelledError, from_item, to_item, transact
from chalicelib.core.errors import DomainError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item, TransactItem


class NameTakenError(DomainError):
    """Somebody has this name already, in whatever case."""

    status = 409
    code = "name_taken"
    title = "This name is taken"


class EmailTakenError(DomainError):
    """There is an account with this e-mail address already."""

    status = 409
    code = "email_taken"
    title = "This e-mail address is taken"


@dataclass(frozen=True, slots=True)
class User:
    """A registered person. ``balance`` is in coins, as of when the record was read."""

    id: str
    name: str
    email: str
    balance: int
    token_version: int
    created_at: str


@dataclass(frozen=True, slots=True)
class Login:
    """What a name or an e-mail address leads to."""

    user_id: str
    password_hash: str


class UserStore:
    """Reads and writes both tables."""

    def __init__(self, client: DynamoDBClient, users_table: str, logins_table: str) -> None:
        self._client = client
        self._users_table = users_table
        self._logins_table = logins_table

    def create(self, user: User, password_hash: str, grant: TransactItem) -> None:
        """Create the account, claim its name and e-mail, and commit ``grant``, all in one transaction.

        Raises
        ------
        NameTakenError, EmailTakenError
            Nothing was written.
        """
        account: Item = {
            "user_id": user.id,
            "name": user.name,
            "email": user.email,
            "balance": user.balance,
            "token_version": user.token_version,
            "created_at": user.created_at,
        }
        items: list[TransactItem] = [
            self._claim(name_key(user.name), user.id, password_hash),
            self._claim(email_key(user.email), user.id, password_hash),
            {"Put": {"TableName": self._users_table, "Item": to_item(account), **_new("user_id")}},
            grant,
        ]
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            if 0 in error.failed:
                raise NameTakenError("Somebody has this name already. Please choose another one.") from error
            if 1 in error.failed:
                raise EmailTakenError(
                    "There is an account with this e-mail address already. Log in, or use another address."
                ) from error
            raise

    def _claim(self, key: str, user_id: str, password_hash: str) -> TransactItem:
        login = {"login": key, "user_id": user_id, "password_hash": password_hash}
        return {"Put": {"TableName": self._logins_table, "Item": to_item(login), **_new("login")}}

    def login(self, key: str) -> Login | None:
        """Where the login key leads."""
        answer = self._client.get_item(TableName=self._logins_table, Key=to_item({"login": key}), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return Login(item["user_id"], item["password_hash"])

    def user(self, user_id: str) -> User | None:
        """The account as it is now (one consistent read)."""
        answer = self._client.get_item(
            TableName=self._users_table, Key=to_item({"user_id": user_id}), ConsistentRead=True
        )
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        return User(
            id=item["user_id"],
            name=item["name"],
            email=item["email"],
            balance=item["balance"],
            token_version=item["token_version"],
            created_at=item["created_at"],
        )


def _new(key: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }
