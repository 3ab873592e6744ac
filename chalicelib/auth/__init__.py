"""Accounts, passwords and access tokens, and the guard that tells who is asking.

Coins belong to ``billing``; what else an account leaves behind is erased in ``erasure``.
"""
