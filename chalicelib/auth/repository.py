"""The repository of users: the tables of users, logins and erasures.

- ``users`` holds the profile, the balance, the token version and the counters of submissions of each user. Every
  request reads this item.
- ``logins`` maps ``name#...`` and ``email#...`` to the user id and the password hash. The worker has no access to it.
  For a deleted account it keeps ``granted#...``, the signup fingerprint, so that the e-mail address gets no second
  signup grant.
- ``erasures`` holds the erasure requests of deleted accounts. After an erasure it holds a register entry that
  the account was deleted, for as long as a backup could restore the account. Its items have ids and times only.

A deleted account keeps its id, balance and open charges in ``users``, so that the ledger still adds up.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from chalicelib.auth.normalization import email_key, name_key
from chalicelib.core.dynamo import (
    ConditionFailedError,
    ItemKey,
    TransactionCancelledError,
    from_item,
    get_together,
    to_item,
    transact,
    write_one,
)
from chalicelib.core.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.core.dynamo import Item, Transaction, TransactItem


ERASURE_SHARD = "0"
"""The partition of all erasure requests. Deletions are rare, so one partition is enough and can be queried."""
ENDED_SESSIONS_MAX = 20
"""The most ended sessions that are kept in a user's item, which every request reads."""
_ERASURES_MAX = 25
_IS_OPEN = "attribute_exists(user_id) AND attribute_not_exists(closed_at)"
_REGISTER_SHARD = "erased"
REGISTER_SECONDS = 36 * 86_400
"""How long register entries are kept: a day longer than point-in-time recovery can restore an account."""


class NameTakenError(DomainError):
    """Another account has this name, perhaps in another spelling. ``errors`` says if the e-mail is taken too."""

    status = 409
    code = "name_taken"
    title = "This name is taken"


class EmailTakenError(DomainError):
    """Another account has this e-mail address, perhaps in another spelling."""

    status = 409
    code = "email_taken"
    title = "This e-mail address is taken"


class GrantedBeforeError(Exception):
    """A deleted account with this e-mail address already had the signup grant."""


_TAKEN: dict[str, tuple[type[DomainError], str]] = {
    "name": (NameTakenError, "Another account has this name. Please choose another one."),
    "email": (EmailTakenError, "There is already an account with this e-mail address. Log in, or use another address."),
}
"""The error and the message of each field of a registration that another account can have."""


@dataclass(frozen=True, slots=True)
class User:
    """A user account as it was when it was read. ``balance`` is in coins."""

    id: str
    name: str
    email: str
    balance: int
    token_version: int
    created_at: str
    intended_use: str | None = None
    """The accepted version of the statement of intended use; None if the client showed none."""
    intended_use_at: str | None = None
    """When the user accepted it."""
    open_charges: int = 0
    """The number of predictions whose charge is neither earned nor refunded."""
    ended_sessions: Mapping[str, int] = field(default_factory=dict)
    """The ids of individually ended sessions, with the expiry of their tokens in seconds since the epoch."""
    submissions: Mapping[int, int] | None = field(default_factory=dict)
    """The number of submissions by the end of their window; None if an older release wrote the account."""


@dataclass(frozen=True, slots=True)
class Login:
    """The user id and password hash of a login key."""

    user_id: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A signup grant: the transaction element of its ledger entry, and the signup fingerprint of the e-mail address."""

    entry: TransactItem
    fingerprint: str


class UserRepository:
    """Reads and writes the tables of users, logins and erasures."""

    def __init__(self, client: DynamoDBClient, users_table: str, logins_table: str, erasures_table: str) -> None:
        self._client = client
        self._users_table = users_table
        self._logins_table = logins_table
        self._erasures_table = erasures_table

    def create(self, user: User, password_hash: str, grant: Grant | None) -> None:
        """Create the account, its two logins and the ledger entry of ``grant`` in one transaction.

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
            "submissions": user.submissions,
        }
        items: dict[str, TransactItem] = {
            "name": self._new_login(name_key(user.name), user.id, password_hash),
            "email": self._new_login(email_key(user.email), user.id, password_hash),
            "account": {"Put": {"TableName": self._users_table, "Item": to_item(account), **_if_new("user_id")}},
        }
        if grant:
            check = {"TableName": self._logins_table, "Key": to_item({"login": grant.fingerprint}), **_if_new("login")}
            items |= {"entry": grant.entry, "fingerprint": {"ConditionCheck": check}}
        try:
            transact(self._client, items)
        except TransactionCancelledError as error:
            if taken := [field for field in _TAKEN if field in error.refused]:
                raise _taken(taken) from error
            if "fingerprint" in error.refused:
                raise GrantedBeforeError from error
            raise

    def _new_login(self, key: str, user_id: str, password_hash: str) -> TransactItem:
        login = {"login": key, "user_id": user_id, "password_hash": password_hash}
        return {"Put": {"TableName": self._logins_table, "Item": to_item(login), **_if_new("login")}}

    def login(self, key: str) -> Login | None:
        """Return the login of a login key, or None."""
        response = self._client.get_item(TableName=self._logins_table, Key=to_item({"login": key}), ConsistentRead=True)
        if "Item" not in response:
            return None
        item = from_item(response["Item"])
        return Login(item["user_id"], item["password_hash"])

    def user(self, user_id: str) -> User | None:
        """Return the account by one consistent read, or None if it does not exist or was deleted."""
        table, key = self._key(user_id)
        return _user_of(self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))

    def user_and_item(self, user_id: str, other: ItemKey) -> tuple[User | None, Item]:
        """Return the account as ``user`` does, and the item of ``other``, by the same read.

        The item is in DynamoDB's typed form, and empty if it does not exist.
        """
        user, item = get_together(self._client, self._key(user_id), other)
        return _user_of(user), item

    def _key(self, user_id: str) -> ItemKey:
        return ItemKey(self._users_table, to_item({"user_id": user_id}))

    def count_submission(
        self, user_id: str, token_version: int, session_id: str | None, ends_at: int, maximum: int
    ) -> User | None:
        """Count a submission in the window that ends at ``ends_at``, and return the account, by one write.

        Each window has a counter of its own, so that none is ever reset.

        Raises
        ------
        ConditionFailedError
            The session has ended, the account was deleted, ``maximum`` submissions are counted already, or
            ``start_counting`` has to be called first. Nothing was counted.
        """
        conditions = [
            f"{_IS_OPEN} AND token_version = :version",
            "attribute_exists(submissions)",
            "(attribute_not_exists(submissions.#window) OR submissions.#window < :maximum)",
        ]
        names = {"#window": str(ends_at)}
        if session_id is not None:
            conditions.append("attribute_not_exists(ended_sessions.#session)")
            names["#session"] = session_id
        item = self._update(
            user_id,
            "SET submissions.#window = if_not_exists(submissions.#window, :zero) + :one",
            " AND ".join(conditions),
            names,
            {":version": token_version, ":maximum": maximum, ":zero": 0, ":one": 1},
        )
        return _user_of(item)

    def start_counting(self, user_id: str) -> None:
        """Add the counters of submissions to an account that an older release wrote, unless it was deleted."""
        with suppress(ConditionFailedError):
            self._update(user_id, "SET submissions = if_not_exists(submissions, :none)", _IS_OPEN, {}, {":none": {}})

    def remove_counters(self, user_id: str, windows: Iterable[int]) -> None:
        """Remove the counters of past windows.

        Raises
        ------
        ConditionFailedError
            The account was deleted.
        """
        names = {f"#window{index}": str(window) for index, window in enumerate(windows)}
        self._update(user_id, "REMOVE " + ", ".join(f"submissions.{name}" for name in names), _IS_OPEN, names, {})

    def _update(self, user_id: str, change: str, condition: str, names: dict[str, str], values: Item) -> Item:
        """Update an account if ``condition`` holds, and return the changed item."""
        table, key = self._key(user_id)
        options: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        if values:
            options["ExpressionAttributeValues"] = to_item(values)
        response = write_one(
            lambda: self._client.update_item(
                TableName=table, Key=key, UpdateExpression=change, ConditionExpression=condition,
                ReturnValues="ALL_NEW", **options,
            )
        )  # fmt: skip
        return response["Attributes"]

    def end_session(self, user: User, session_id: str, expires_at: int, now: float) -> None:
        """End the session of ``user`` whose token expires at ``expires_at``, in seconds since the epoch.

        Ended sessions are kept until their tokens expire. If ENDED_SESSIONS_MAX are kept already, every session of the
        user ends instead: removing one of them would make its token valid again.
        """
        current = user
        for _ in range(ENDED_SESSIONS_MAX + 1):  # a try fails only if a parallel log-out succeeded
            unexpired = {ended: expires for ended, expires in current.ended_sessions.items() if expires > now}
            if len(unexpired) >= ENDED_SESSIONS_MAX:
                break
            if self._replace_ended_sessions(current, {**unexpired, session_id: expires_at}):
                return
            latest = self.user(user.id)
            if not latest or latest.token_version != user.token_version or session_id in latest.ended_sessions:
                return  # a parallel request ended the session
            current = latest
        self.end_tokens(user.id)

    def _replace_ended_sessions(self, user: User, ended: Mapping[str, int]) -> bool:
        """Replace ``user``'s ended sessions. Return False if they changed since ``user`` was read or it was deleted."""
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
        """Invalidate all tokens of the user. Those of a deleted account are invalid already."""
        with suppress(ConditionFailedError):
            write_one(lambda: self._client.update_item(TableName=self._users_table, **self._token_change(user_id)))

    def change_password(self, user: User, old_hash: str, new_hash: str) -> None:
        """Replace the password hash and invalidate all tokens in one transaction.

        Raises
        ------
        ConditionFailedError
            The hash is no longer ``old_hash``, or the account was deleted.
        """
        tokens = {"Update": {"TableName": self._users_table, **self._token_change(user.id)}}
        self._commit({**self._hash_updates(user, old_hash, new_hash), "tokens": tokens}, user.id)

    def close(self, user: User, password_hash: str, fingerprint: str, now: float) -> None:
        """Delete the account's logins and personal data and invalidate its tokens.

        The same transaction keeps the signup fingerprint and requests the erasure of predictions and files.

        Raises
        ------
        ConditionFailedError
            The hash is no longer ``password_hash``, or the account was deleted.
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
        """Delete an account that came back with a restored table, as ``close`` does, but keep its logins.

        Another account may own these logins by now. ``remove_login`` removes those that it still owns.

        Raises
        ------
        ConditionFailedError
            The account was deleted.
        """
        self._commit(self._deletion(user, fingerprint, now), user.id)

    def remove_login(self, key: str, user_id: str, fingerprint: str | None) -> None:
        """Remove a login of a deleted account and store ``fingerprint``, which is None unless it is an e-mail login.

        Raises
        ------
        ConditionFailedError
            The login no longer belongs to the account.
        """
        deletion = {
            "TableName": self._logins_table,
            "Key": to_item({"login": key}),
            "ConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": to_item({":user": user_id}),
        }
        items: dict[str, TransactItem] = {"login": {"Delete": deletion}}
        if fingerprint:
            items["fingerprint"] = self._fingerprint_put(fingerprint)
        self._commit(items, user_id)

    def renew_hash(self, user: User, old_hash: str, new_hash: str) -> None:
        """Replace the hash by another one of the same password. Tokens stay valid.

        Raises
        ------
        ConditionFailedError
            The hash is no longer ``old_hash``, or the account was deleted.
        """
        self._commit(self._hash_updates(user, old_hash, new_hash), user.id)

    def request_erasure(self, user_id: str, now: float) -> None:
        """Request another erasure of the predictions and files of a deleted account."""
        self._client.put_item(**self._erasure_request(user_id, now)["Put"])

    def _hash_updates(self, user: User, old_hash: str, new_hash: str) -> Transaction:
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
            "account": self._account_closure(user.id, now),
            "fingerprint": self._fingerprint_put(fingerprint),
            "erasure": self._erasure_request(user.id, now),
        }

    def _account_closure(self, user_id: str, now: float) -> TransactItem:
        change = "SET token_version = token_version + :one, closed_at = :now "
        change += "REMOVE #name, email, intended_use, intended_use_at, ended_sessions, submissions"
        update = self._token_change(user_id, change, {":now": now})
        names = {"#name": "name"}
        return {"Update": {"TableName": self._users_table, **update, "ExpressionAttributeNames": names}}

    def _fingerprint_put(self, fingerprint: str) -> TransactItem:
        return {"Put": {"TableName": self._logins_table, "Item": to_item({"login": fingerprint})}}

    def _erasure_request(self, user_id: str, now: float) -> TransactItem:
        request = {"erasure_shard": ERASURE_SHARD, "user_id": user_id, "wished_at": now}
        return {"Put": {"TableName": self._erasures_table, "Item": to_item(request)}}

    def _token_change(
        self,
        user_id: str,
        # Ended sessions need not be kept: the new token version invalidates their tokens.
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
        """Return the user ids of some due erasure requests, each with ``requested_at`` in seconds since the epoch."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._erasures_table,
            KeyConditionExpression="erasure_shard = :shard",
            FilterExpression="attribute_not_exists(due_at) OR due_at <= :now",
            ExpressionAttributeValues=to_item({":shard": ERASURE_SHARD, ":now": now}),
        )
        due = islice((from_item(item) for page in pages for item in page["Items"]), _ERASURES_MAX)
        return {str(item["user_id"]): float(item["wished_at"]) for item in due}

    def postpone_erasure(self, user_id: str, requested_at: float, due_at: float) -> None:
        """Postpone the erasure request to ``due_at``, unless it was renewed or completed meanwhile."""
        request = {"erasure_shard": ERASURE_SHARD, "user_id": user_id, "wished_at": requested_at, "due_at": due_at}
        with suppress(ConditionFailedError):
            write_one(
                lambda: self._client.put_item(
                    TableName=self._erasures_table,
                    Item=to_item(request),
                    ConditionExpression="wished_at = :requested",
                    ExpressionAttributeValues=to_item({":requested": requested_at}),
                )
            )

    def complete_erasure(self, user_id: str, requested_at: float, now: float) -> None:
        """Replace the erasure request by a register entry that the account was deleted.

        Raises
        ------
        ConditionFailedError
            The request was renewed or completed meanwhile.
        """
        register_entry = {
            "erasure_shard": _REGISTER_SHARD,
            "user_id": user_id,
            "erased_at": now,
            "expires_at": int(now) + REGISTER_SECONDS,
        }
        pending = {
            "TableName": self._erasures_table,
            "Key": to_item({"erasure_shard": ERASURE_SHARD, "user_id": user_id}),
            "ConditionExpression": "wished_at = :requested",
            "ExpressionAttributeValues": to_item({":requested": requested_at}),
        }
        register: TransactItem = {"Put": {"TableName": self._erasures_table, "Item": to_item(register_entry)}}
        self._commit({"register": register, "pending": {"Delete": pending}}, user_id)

    # ---- scans for the operator's commands; no request uses them

    def deleted(self) -> Iterator[str]:
        """Yield the ids of accounts with an erasure request or in the register of deletions. An id may come twice."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._erasures_table, ConsistentRead=True)
        return (from_item(item)["user_id"] for page in pages for item in page["Items"])

    def logins_of(self, user_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the login keys of these users, each with its user id. This scans the table."""
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


def _user_of(item: Item) -> User | None:
    """Return the account that an item in DynamoDB's typed form holds, or None if it is empty or a deleted one's."""
    values = from_item(item)
    if not values or "closed_at" in values:
        return None
    submissions = values.get("submissions")
    return User(
        id=values["user_id"],
        name=values["name"],
        email=values["email"],
        balance=values["balance"],
        token_version=values["token_version"],
        created_at=values["created_at"],
        intended_use=values.get("intended_use"),
        intended_use_at=values.get("intended_use_at"),
        open_charges=values["open_charges"],
        ended_sessions=values.get("ended_sessions", {}),
        submissions=None if submissions is None else {int(window): count for window, count in submissions.items()},
    )


def _taken(fields: Sequence[str]) -> DomainError:
    """Return the error of a registration whose ``fields`` other accounts have: that of the first, listing all."""
    kind, _ = _TAKEN[fields[0]]
    errors = [{"column": field, "code": _TAKEN[field][0].code, "message": _TAKEN[field][1]} for field in fields]
    return kind(" ".join(error["message"] for error in errors), errors=errors, errors_total=len(errors))


def _login_keys(user: User) -> tuple[str, str]:
    return name_key(user.name), email_key(user.email)


def _if_new(key: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": key},
    }
