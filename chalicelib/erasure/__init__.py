"""The erasure of deleted accounts: their predictions end with a refund, and their files go.

It stands on all domains; the account itself is deleted in ``auth``.
"""
