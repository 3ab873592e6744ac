"""The erasure of deleted accounts: end their predictions with a refund and delete their files.

``auth`` deletes the account itself.
"""
