"""Accounts, passwords and access tokens, and the authentication of requests.

``billing`` holds the coins of an account; ``erasure`` deletes the files and predictions of a deleted account.
"""
