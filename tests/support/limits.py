"""What docs/operating.md#limits says: which operations are limited, and how long each window is."""

WINDOW_SECONDS = {
    "login": 900,
    "register": 86_400,
    "password": 900,
    "delete_me": 900,
    "redeem": 3600,
    "submit": 60,
    "retry": 60,
    "new_upload": 3600,
}
"""By operationId. An example of the document is met as a day begins, so that the whole window is left."""
