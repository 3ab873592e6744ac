"""Coins: balances, the append-only ledger, what happens to the coins of a prediction, vouchers.

It knows predictions only as ids and as transaction elements that it is handed.
"""
