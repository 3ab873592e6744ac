"""The limited operations and the lengths of their windows, as docs/operating.md#limits states them."""

WINDOW_SECONDS = {
    "register": 86_400,
    "login": 900,
    "password": 900,
    "delete_me": 900,
    "redeem": 3600,
    "submit": 60,
    "retry": 60,
    "new_upload": 3600,
}
"""Window lengths by operationId. Registrations come first: wrong passwords use up a limit that they share."""
