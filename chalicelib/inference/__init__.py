"""Patient files, models and predictions, each in a package of its own.

Coins, accounts and the audit are packages beside this one.
"""
