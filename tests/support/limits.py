"""What docs/operating.md#limits says: which operations are limited, and how long each window is."""

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
"""By operationId. Registrations come first: wrong passwords would use up the address's quarter of an hour for them."""
