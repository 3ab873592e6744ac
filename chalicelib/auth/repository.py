"""The users' and the logins' tables.

``users``: who somebody is, their balance and the generation of their tokens, read together on every request.
``logins``: ``name#...`` and ``email#...`` to the user and the password hash; what runs predictions can't read it. Of a
deleted account it keeps ``granted#...``, a keyed hash of the e-mail address, so that no second grant comes of it.
``erasures``: deleted accounts whose predictions and files have still to go; afterwards, for as long as a backup can
bring them back, that they were deleted. Ids and times, no person.

A deleted account leaves its id, balance and open charges in ``users``: the ledger goes on adding up without the person.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.auth.normalization import email_key, name_key
from chalicelib.core.dynamo import (
    ConditionFailedError,
    TransactionCancelledError,
    from_item,
    to_item,
    transact,
    write_one,
)
from chalicelib.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item, Transaction, TransactItem


ERASURE_SHARD = "0"
"""Deletions are rare: one partition holds them all, and a query finds them without a scan."""
ENDED_SESSIONS_MAX = 20
"""As many ended sessions are kept on a user's item, which every request reads."""
_ERASURES_MAX = 25
_IS_OPEN = "attribute_exists(user_id) AND attribute_not_exists(closed_at)"
_REGISTER_SHARD = "erased"
REGISTER_SECONDS = 36 * 86_400
"""A day longer than point-in-time recovery reaches back: so long a restored table may bring an account back."""


class NameTakenError(DomainError):
    """Somebody has this name already, in whatever case."""

    status = 409
    code = "name_taken"
    title = "This name is taken"


class GrantedBeforeError(Exception):
    """A deleted account of this e-mail address had the signup grant."""


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
    intended_use: str | None = None
    """The version of the statement of intended use that they accepted; None if the client showed none."""
    intended_use_at: str | None = None
    """When they accepted it."""
    open_charges: int = 0
    """How many predictions they had that were neither earned nor refunded."""
    ended_sessions: Mapping[str, int] = field(default_factory=dict)
    """The sessions that were ended one by one, and when their tokens expire, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a name or an e-mail address leads to."""

    user_id: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The signup grant: its ledger entry, and the fingerprint of an e-mail address that has had one."""

    entry: TransactItem
    fingerprint: str


class UserRepository:
    """Reads and writes the three tables."""

    def __init__(self, client: DynamoDBClient, users_table: str, logins_table: str, erasures_table: str) -> None:
        self._client = client
        self._users_table = users_table
        self._logins_table = logins_table
        self._erasures_table = erasures_table

    def create(self, user: User, password_hash: str, grant: Grant | None) -> None:
        """Create the account, claim its name and e-mail, and commit ``grant``, all in one transaction.

        Raises
        ------
        NameTakenError, EmailTakenError, GrantedBeforeError
            Nothing was written.
        """
        account: Item = {
            "user_id": user.id,
            "name": user.name,
            "email": user.email,
            "balance": user.balance,
            "open_charges": user.open_charges,
            "token_version": user.token_version,
            "created_at": user.created_at,
            "intended_use": user.intended_use,
            "intended_use_at": user.intended_use_at,
        }
        items: dict[str, TransactItem] = {
            "name": self._claim(name_key(user.name), user.id, password_hash),
            "email": self._claim(email_key(user.email), user.id, password_hash),
            "account": {"Put": {"TableName": self._users_table, "Item": to_item(account), **_new("user_id")}},
        }
        if grant:
            check = {"TableName": self._logins_table, "Key": to_item({"login": grant.fingerprint}), **_new("login")}
            items |= {"entry": grant.entry, "fingerprint": {"ConditionCheck": check}}
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            if "name" in error.refused:
                raise NameTakenError("Somebody has this name already. Please choose another one.") from error
            if "email" in error.refused:
                raise EmailTakenError(
                    "There is an account with this e-mail address already. Log in, or use another address."
                ) from error
            if "fingerprint" in error.refused:
                raise GrantedBeforeError from error
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
        """The account as it is now (one consistent read); None also if it was deleted."""
        answer = self._client.get_item(
            TableName=self._users_table, Key=to_item({"user_id": user_id}), ConsistentRead=True
        )
        item = from_item(answer.get("Item", {}))
        if not item or "closed_at" in item:
            return None
        return User(
            id=item["user_id"],
            name=item["name"],
            email=item["email"],
            balance=item["balance"],
            token_version=item["token_version"],
            created_at=item["created_at"],
            intended_use=item.get("intended_use"),
            intended_use_at=item.get("intended_use_at"),
            open_charges=item["open_charges"],
            ended_sessions=item.get("ended_sessions", {}),
        )

    def end_session(self, user: User, session_id: str, expires_at: int, now: float) -> None:
        """End one session of ``user``, whose tokens expire at ``expires_at``.

        Ended sessions are forgotten once their tokens have expired. If more than ENDED_SESSIONS_MAX have not, every
        session of the user ends instead: forgetting one of them would make its token valid again.
        """
        known = user
        for _ in range(ENDED_SESSIONS_MAX + 1):  # a round that fails means that another log-out succeeded
            unexpired = {ended: expires for ended, expires in known.ended_sessions.items() if expires > now}
            if len(unexpired) >= ENDED_SESSIONS_MAX:
                break
            if self._replace_ended_sessions(known, {**unexpired, session_id: expires_at}):
                return
            latest = self.user(user.id)
            if not latest or latest.token_version != user.token_version or session_id in latest.ended_sessions:
                return  # somebody else ended it meanwhile
            known = latest
        self.end_tokens(user.id)

    def _replace_ended_sessions(self, user: User, ended: Mapping[str, int]) -> bool:
        """Write the ended sessions; False if they are no longer as ``user`` has them, or the account is gone."""
        unchanged = "ended_sessions = :known" if user.ended_sessions else "attribute_not_exists(ended_sessions)"
        change: dict[str, Any] = {
            "Key": to_item({"user_id": user.id}),
            "UpdateExpression": "SET ended_sessions = :ended",
            "ConditionExpression": f"{_IS_OPEN} AND {unchanged}",
            "ExpressionAttributeValues": to_item({":ended": ended, ":known": user.ended_sessions or None}),
        }
        try:
            write_one(lambda: self._client.update_item(TableName=self._users_table, **change))
        except ConditionFailedError:
            return False
        return True

    def end_tokens(self, user_id: str) -> None:
        """Make every token that the user has worthless; those of a deleted account are so."""
        with suppress(ConditionFailedError):
            write_one(lambda: self._client.update_item(TableName=self._users_table, **self._token_change(user_id)))

    def change_password(self, user: User, old_hash: str, new_hash: str) -> None:
        """Replace the password hash and end every token, in one transaction.

        Raises
        ------
        ConditionFailedError
            The hash is not ``old_hash`` any more, or the account is gone.
        """
        tokens = {"Update": {"TableName": self._users_table, **self._token_change(user.id)}}
        self._commit({**self._new_hash(user, old_hash, new_hash), "tokens": tokens}, user.id)

    def close(self, user: User, password_hash: str, fingerprint: str, now: float) -> None:
        """Delete the person: logins, name, e-mail, tokens; keep the fingerprint and request the rest's erasure.

        Raises
        ------
        ConditionFailedError
            The hash is not ``password_hash`` any more, or the account is gone.
        """
        logins: Transaction = {
            key: {
                "Delete": {
                    "TableName": self._logins_table,
                    "Key": to_item({"login": key}),
                    "ConditionExpression": "password_hash = :checked",
                    "ExpressionAttributeValues": to_item({":checked": password_hash}),
                }
            }
            for key in _login_keys(user)
        }
        self._commit({**self._deletion(user, fingerprint, now), **logins}, user.id)

    def close_restored(self, user: User, fingerprint: str, now: float) -> None:
        """As ``close``, for an account that a restored table brought back. Its logins may be somebody else's by now.

        Raises
        ------
        ConditionFailedError
            The account is gone.
        """
        self._commit(self._deletion(user, fingerprint, now), user.id)

    def remove_login(self, key: str, user_id: str, fingerprint: str | None) -> None:
        """Remove a login of a deleted account and keep ``fingerprint``, if its key is of an e-mail address.

        Raises
        ------
        ConditionFailedError
            It isn't that account's any more.
        """
        removed = {
            "TableName": self._logins_table,
            "Key": to_item({"login": key}),
            "ConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
        }
        items: dict[str, TransactItem] = {"login": {"Delete": removed}}
        if fingerprint:
            items["fingerprint"] = self._fingerprint(fingerprint)
        self._commit(items, user_id)

    def renew_hash(self, user: User, old_hash: str, new_hash: str) -> None:
        """Replace the hash by another one of the same password: no token ends.

        Raises
        ------
        ConditionFailedError
            The hash is not ``old_hash`` any more, or the account is gone.
        """
        self._commit(self._new_hash(user, old_hash, new_hash), user.id)

    def request_erasure(self, user_id: str, now: float) -> None:
        """Have what a deleted account left behind erased once more."""
        self._client.put_item(**self._wish(user_id, now)["Put"])

    def _new_hash(self, user: User, old_hash: str, new_hash: str) -> Transaction:
        change = {
            "UpdateExpression": "SET password_hash = :new",
            "ConditionExpression": "password_hash = :old",
            "ExpressionAttributeValues": to_item({":new": new_hash, ":old": old_hash}),
        }
        return {
            key: {"Update": {"TableName": self._logins_table, "Key": to_item({"login": key}), **change}}
            for key in _login_keys(user)
        }

    def _deletion(self, user: User, fingerprint: str, now: float) -> Transaction:
        return {
            "account": self._closing(user.id, now),
            "fingerprint": self._fingerprint(fingerprint),
            "erasure": self._wish(user.id, now),
        }

    def _closing(self, user_id: str, now: float) -> TransactItem:
        change = "SET token_version = token_version + :one, closed_at = :now "
        change += "REMOVE #name, email, intended_use, intended_use_at, ended_sessions"
        closing = self._token_change(user_id, change, {":now": now})
        names = {"#name": "name"}
        return {"Update": {"TableName": self._users_table, **closing, "ExpressionAttributeNames": names}}

    def _fingerprint(self, fingerprint: str) -> TransactItem:
        return {"Put": {"TableName": self._logins_table, "Item": to_item({"login": fingerprint})}}

    def _wish(self, user_id: str, now: float) -> TransactItem:
        wish = {"erasure_shard": ERASURE_SHARD, "user_id": user_id, "wished_at": now}
        return {"Put": {"TableName": self._erasures_table, "Item": to_item(wish)}}

    def _token_change(
        self,
        user_id: str,
        # The tokens of the ended sessions are worthless by their generation from then on.
        change: str = "SET token_version = token_version + :one REMOVE ended_sessions",
        values: Item | None = None,
    ) -> dict[str, Any]:
        return {
            "Key": to_item({"user_id": user_id}),
            "UpdateExpression": change,
            "ConditionExpression": _IS_OPEN,
            "ExpressionAttributeValues": to_item({":one": 1, **(values or {})}),
        }

    def _commit(self, items: Transaction, user_id: str) -> None:
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            raise ConditionFailedError(user_id) from error

    def erasures(self, now: float) -> dict[str, float]:
        """Some of the deleted accounts whose erasure is due, and when it was wished, in seconds since the epoch."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._erasures_table,
            KeyConditionExpression="erasure_shard = :shard",
            FilterExpression="attribute_not_exists(due_at) OR due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": ERASURE_SHARD, ":now": now}),
        )
        due = islice((from_item(item) for page in pages for item in page["Items"]), _ERASURES_MAX)
        return {str(item["user_id"]): float(item["wished_at"]) for item in due}

    def postpone_erasure(self, user_id: str, requested_at: float, due_at: float) -> None:
        """Look at this account again at ``due_at``, unless its erasure was wished anew or is done."""
        wish = {"erasure_shard": ERASURE_SHARD, "user_id": user_id, "wished_at": requested_at, "due_at": due_at}
        with suppress(ConditionFailedError):
            write_one(
                lambda: self._client.put_item(
                    TableName=self._erasures_table,
                    Item=to_item(wish),
                    ConditionExpression="wished_at = :wished",
                    ExpressionAttributeValues=to_item({":wished": requested_at}),
                )
            )

    def erased(self, user_id: str, requested_at: float, now: float) -> None:
        """The erasure of this account is done: what is left is that it was deleted.

        Raises
        ------
        ConditionFailedError
            It was wished anew, or is done.
        """
        done = {
            "erasure_shard": _REGISTER_SHARD,
            "user_id": user_id,
            "erased_at": now,
            "expires_at": int(now) + REGISTER_SECONDS,
        }
        pending = {
            "TableName": self._erasures_table,
            "Key": to_item({"erasure_shard": ERASURE_SHARD, "user_id": user_id}),
            "ConditionExpression": "wished_at = :wished",
            "ExpressionAttributeValues": to_item({":wished": requested_at}),
        }
        register: TransactItem = {"Put": {"TableName": self._erasures_table, "Item": to_item(done)}}
        self._commit({"register": register, "pending": {"Delete": pending}}, user_id)

    # ---- for the operator: whole tables, which no request reads

    def deleted(self) -> Iterator[str]:
        """The accounts that were deleted within the register's time. An id may come twice."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._erasures_table, ConsistentRead=True)
        return (from_item(item)["user_id"] for page in pages for item in page["Items"])

    def logins_of(self, user_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """The login keys that lead to those users, each with its user's id. A scan."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._logins_table,
            FilterExpression="attribute_exists(user_id)",
            ProjectionExpression="login, user_id",
            ConsistentRead=True,
        )
        for page in pages:
            for item in map(from_item, page["Items"]):
                if item["user_id"] in user_ids:
                    yield item["login"], item["user_id"]


def _login_keys(user: User) -> tuple[str, str]:
    return name_key(user.name), email_key(user.email)


def _new(key: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }
