"""Patient files, models and predictions, in a room each: the imports go from ``predictions`` down.

Coins, accounts and the audit have rooms beside this one.
"""
